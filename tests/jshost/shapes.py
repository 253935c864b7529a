SHAPES: dict[str, str] = {}
