package board

// FactOfBody is FactOf without a sealed cell around the body.
var FactOfBody = factOf
