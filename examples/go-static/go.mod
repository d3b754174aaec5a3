module roman

go 1.24
