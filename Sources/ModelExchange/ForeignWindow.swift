import FileFormats

/// The window of a convolution or pooling: two sides, which may differ, as ONNX describes them.
struct ForeignWindow {
  /// Height and width of the window.
  let kernel: [Int]
  let strides: [Int]
  /// Height and width of the output.
  let outputs: [Int]

  /// The one number that stands for both sides.
  var kernelSize: Int { kernel.max() ?? 1 }
  var stride: Int { strides.max() ?? 1 }

  /// Reads a node's attributes.
  ///
  /// - Parameters:
  ///   - input: Height and width of the input.
  ///   - kernel: Height and width of the weights, where there are some.
  init(_ node: ONNXNode, input: [Int], kernel weights: [Int]? = nil) throws(Refusal) {
    func pair(_ name: String, default value: [Int]?) throws(Refusal) -> [Int] {
      guard let list = try node.integers(name) ?? value else { throw Refusal("no \(name)") }
      guard list.count == 2, list.allSatisfy({ (1...4096).contains($0) }) else {
        throw Refusal("\(name) \(list), expected two sizes of at most 4096")
      }
      return list
    }
    kernel = try pair("kernel_shape", default: weights)
    guard weights == nil || kernel == weights else {
      throw Refusal("kernel_shape \(kernel), but weights of \(weights ?? [])")
    }
    strides = try pair("strides", default: [1, 1])
    let dilations = try pair("dilations", default: [1, 1])
    guard dilations == [1, 1] else { throw Refusal("dilations \(dilations), expected [1, 1]") }

    let roundsUp = try node.integer("ceil_mode", default: 0) != 0
    let padding = try node.text("auto_pad", default: "NOTSET")
    switch padding {
    case "SAME_UPPER", "SAME_LOWER":
      outputs = zip(input, strides).map { ($0 - 1) / $1 + 1 }
    case "NOTSET", "", "VALID":
      let pads = padding == "VALID" ? [0, 0, 0, 0] : try node.integers("pads") ?? [0, 0, 0, 0]
      guard pads.count == 4, pads.allSatisfy({ (0...4096).contains($0) }) else {
        throw Refusal("pads \(pads), expected four from 0 to 4096")
      }
      var sizes: [Int] = []
      for side in 0..<2 {
        let room = input[side] + pads[side] + pads[side + 2] - kernel[side]
        guard room >= 0 else { throw Refusal("a window of \(kernel) in an input of \(input)") }
        var size = room / strides[side] + 1
        // Rounded up, but a window that would begin in the padding behind the input is left out.
        if roundsUp, room % strides[side] != 0, size * strides[side] < input[side] + pads[side] {
          size += 1
        }
        sizes.append(size)
      }
      outputs = sizes
    default: throw Refusal("auto_pad '\(padding)', expected NOTSET, VALID or SAME_…")
    }
  }
}
