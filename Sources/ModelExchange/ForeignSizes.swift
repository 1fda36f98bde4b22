import NeuralNetworks

/// The most values of an activation, operations of a layer and weights of one that are counted.
private enum Limit {
  static let activations = 1 << 31
  static let count = 1 << 44
}

/// Returns the product of sizes, which must be positive and give a number that fits any sum of such.
func product(_ factors: [Int], atMost limit: Int = Limit.count) throws(Refusal) -> Int {
  var total = 1
  for factor in factors {
    let (result, overflows) = total.multipliedReportingOverflow(by: factor)
    guard factor > 0, !overflows, result <= limit else {
      throw Refusal("sizes \(factors), expected positive ones whose product is at most \(limit)")
    }
    total = result
  }
  return total
}

/// Returns sizes `[N, C, …, H, W]`, in the file's order, as the shape of one image: what is neither height
/// nor width counts as channels.
func imageShape(of sizes: [Int]) throws(Refusal) -> TensorShape {
  let total = try product(sizes, atMost: Limit.activations)
  switch sizes.count {
  case 0...2: return TensorShape(channels: total)
  case 3: return TensorShape(height: 1, width: sizes[2], channels: total / sizes[2])
  default:
    let (height, width) = (sizes[sizes.count - 2], sizes[sizes.count - 1])
    return TensorShape(height: height, width: width, channels: total / (height * width))
  }
}
