CONSTANT = "bottom"
