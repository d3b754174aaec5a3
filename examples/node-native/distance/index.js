const { distance } = require("./build/Release/distance.node");

/** How many letters must be added, removed or changed to turn one word into the other. */
exports.distance = (from, to) => distance(String(from), String(to));
