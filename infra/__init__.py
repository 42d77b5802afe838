"""What is not the product: benchmark, check scripts, what makes the committed clips."""
