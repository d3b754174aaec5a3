process.on("message", (number) => process.send(number * 2));
