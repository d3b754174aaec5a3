module nightly

go 1.24
