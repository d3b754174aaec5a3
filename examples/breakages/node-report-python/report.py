print("mean", sum([1, 2, 3]) / 3)
