// Plain loops in double precision: the specification of the dense and depthwise kernels.

/// left · right (+ bias): `[m, k]` · `[k, n]`.
func referenceProduct(
  _ left: [Double], _ right: [Double], bias: [Double]? = nil, m: Int, n: Int, k: Int
) -> [Double] {
  var output = [Double](repeating: 0, count: m * n)
  for row in 0..<m {
    for column in 0..<n {
      var sum = bias?[column] ?? 0
      for i in 0..<k { sum += left[row * k + i] * right[i * n + column] }
      output[row * n + column] = sum
    }
  }
  return output
}

/// leftᵀ · right: `[positions, m]`, `[positions, n]` → `[m, n]`.
func referenceTransposedProduct(
  _ left: [Double], _ right: [Double], positions: Int, m: Int, n: Int
) -> [Double] {
  var output = [Double](repeating: 0, count: m * n)
  for p in 0..<positions {
    for row in 0..<m {
      for column in 0..<n {
        output[row * n + column] += left[p * m + row] * right[p * n + column]
      }
    }
  }
  return output
}

/// What stands around the image in a plain version.
enum ReferencePadding: String, Hashable, Sendable, CaseIterable {
  case half
  case same

  /// Zeros before the image and places of the window along a side, by the definitions: `half` puts ⌊k/2⌋ zeros on both
  /// sides, `same` gives ⌈n/s⌉ places and puts the odd zero behind (TensorFlow's notes on padding).
  func places(_ length: Int, _ kernel: Int, _ stride: Int) -> (before: Int, count: Int) {
    switch self {
    case .half: return (kernel / 2, (length + 2 * (kernel / 2) - kernel) / stride + 1)
    case .same:
      let remainder = length % stride
      let total = max(kernel - (remainder == 0 ? stride : remainder), 0)
      return (total / 2, (length + stride - 1) / stride)
    }
  }
}

/// The sizes of a convolution in a test, and its plain versions.
struct ReferenceConvolution: Hashable, Sendable, CustomStringConvertible {
  var height: Int
  var width: Int
  var inputChannels: Int
  /// For a depthwise convolution the same as `inputChannels`.
  var outputChannels: Int
  var kernel: Int
  var stride: Int
  var images = 2
  /// Above 1, a group of outputs sees only its own group of inputs.
  var groups = 1
  var padding = ReferencePadding.half
  /// The window's width where it is not square; `kernel` is its height then.
  var kernelWidth: Int?

  var columns: Int { kernelWidth ?? kernel }
  var taps: Int { kernel * columns }
  var outputHeight: Int { padding.places(height, kernel, stride).count }
  var outputWidth: Int { padding.places(width, columns, stride).count }
  var inputCount: Int { images * height * width * inputChannels }
  var outputCount: Int { images * outputHeight * outputWidth * outputChannels }

  var description: String {
    "\(images)×\(height)×\(width)×\(inputChannels)→\(outputChannels) k\(kernel)×\(columns) s\(stride) g\(groups) \(padding)"
  }

  /// Calls `body` with the offsets of an output pixel, an input pixel and a tap, for all that meet.
  private func forEachTap(_ body: (_ output: Int, _ input: Int, _ tap: Int) -> Void) {
    let top = padding.places(height, kernel, stride).before
    let left = padding.places(width, columns, stride).before
    for n in 0..<images {
      for y in 0..<outputHeight {
        for x in 0..<outputWidth {
          for ky in 0..<kernel {
            for kx in 0..<columns {
              let iy = y * stride + ky - top
              let ix = x * stride + kx - left
              guard iy >= 0, iy < height, ix >= 0, ix < width else { continue }
              body(
                (n * outputHeight + y) * outputWidth + x, (n * height + iy) * width + ix,
                ky * columns + kx)
            }
          }
        }
      }
    }
  }

  private func start(_ bias: [Double]?) -> [Double] {
    (0..<outputCount).map { bias?[$0 % outputChannels] ?? 0 }
  }

  /// input ∗ weights (+ bias); weights `[k, k, Cin / groups, Cout]`.
  func dense(_ input: [Double], _ weights: [Double], bias: [Double]? = nil) -> [Double] {
    var output = start(bias)
    forEachTap { pixel, source, tap in
      let groupInputs = inputChannels / groups
      for i in 0..<groupInputs {
        for o in 0..<outputChannels {
          let group = o / (outputChannels / groups)
          output[pixel * outputChannels + o] +=
            input[source * inputChannels + group * groupInputs + i]
            * weights[(tap * groupInputs + i) * outputChannels + o]
        }
      }
    }
    return output
  }

  /// input ∗ filters (+ bias); filters `[k, k, C]`.
  func depthwise(_ input: [Double], _ filters: [Double], bias: [Double]? = nil) -> [Double] {
    var output = start(bias)
    forEachTap { pixel, source, tap in
      for c in 0..<inputChannels {
        output[pixel * inputChannels + c] +=
          input[source * inputChannels + c] * filters[tap * inputChannels + c]
      }
    }
    return output
  }
}
