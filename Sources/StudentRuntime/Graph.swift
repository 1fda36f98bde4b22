import CStudentKernels

/// A network as the file has it: operations in order, over tensors of one image with channels last.
struct Graph {
  var tensors: [Tensor] = []
  var operations: [Operation] = []
  var input = 0
  var output = 0
  /// In the order of the outputs; nil where the file has none.
  var classNames: [String]?
  /// For each channel, in the units of the pixels as they are stored; empty where the file does not say.
  var pixelMean: [Float] = []
  var pixelDeviation: [Float] = []
}

struct Tensor {
  var name: String
  /// `[1, H, W, C]`, `[1, C]`, or what a constant has.
  var shape: [Int]
  /// Of int8: one scale, or one for each channel; empty for fp32.
  var scales: [Float] = []
  var zeroPoint = 0
  /// Nil for an activation.
  var values: Values?

  enum Values {
    case floats([Float])
    case bytes([Int8])
    case integers([Int32])
  }

  var count: Int { shape.reduce(1, *) }
  var isInteger: Bool { !scales.isEmpty }
  /// Of an activation's value.
  var valueBytes: Int { isInteger ? 1 : 4 }
  var byteCount: Int { count * valueBytes }
  var height: Int { shape.count == 4 ? shape[1] : 1 }
  var width: Int { shape.count == 4 ? shape[2] : 1 }
  var channels: Int { shape.last ?? 1 }

  /// Returns how many values a shape has.
  ///
  /// - Throws: `Refusal` for empty sides and for more than 2²⁶ values.
  static func count(_ shape: [Int], _ place: String) throws(Refusal) -> Int {
    var count = 1
    for side in shape {
      guard side > 0, side <= (1 << 26) / count else {
        throw Refusal(place, found: "shape \(shape)", expected: "sides from 1, at most 2²⁶ values")
      }
      count *= side
    }
    return count
  }
}

struct Operation {
  enum Kind {
    /// Inputs: image, weights `[Cout, kh, kw, Cin]`, bias or −1.
    case convolution(Window)
    /// Inputs: image, weights `[1, kh, kw, C]`, bias or −1.
    case depthwise(Window)
    /// Inputs: vector, weights `[Cout, Cin]`, bias or −1.
    case dense
    case add
    case multiply
    case pool(Window, isMaximum: Bool)
    case reshape
    /// The order of the dimensions that the output has.
    case transpose([Int])
    /// Zeros before and behind height and width: top, bottom, left, right.
    case pad([Int])
    case activation
    case softmax
    /// Other integers for the same values.
    case requantize
  }

  var kind: Kind
  var inputs: [Int]
  var output: Int
  /// Applied to the output in the same step.
  var activation = student_no_activation
  /// For messages, such as `operator 3 (CONV_2D)`.
  var place: String
  /// A tensor that is added before the activation, where the steps were made one.
  var addend: Int?
}

struct Window {
  var height: Int
  var width: Int
  var strideY: Int
  var strideX: Int
  /// Places above and to the left of the image that the first window reads.
  var top = 0
  var left = 0
  /// The positions that it has.
  var outputHeight = 0
  var outputWidth = 0

  /// Returns the positions along a side, and how many places lie before the image, of TensorFlow's SAME.
  static func same(_ length: Int, _ kernel: Int, _ stride: Int) -> (positions: Int, before: Int) {
    let positions = (length - 1) / stride + 1
    return (positions, max(0, (positions - 1) * stride + kernel - length) / 2)
  }
}
