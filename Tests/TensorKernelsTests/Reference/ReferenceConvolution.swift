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

/// The sizes of a convolution in a test, and its plain versions. Padding is k/2.
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

  var outputHeight: Int { (height + 2 * (kernel / 2) - kernel) / stride + 1 }
  var outputWidth: Int { (width + 2 * (kernel / 2) - kernel) / stride + 1 }
  var inputCount: Int { images * height * width * inputChannels }
  var outputCount: Int { images * outputHeight * outputWidth * outputChannels }

  var description: String {
    "\(images)×\(height)×\(width)×\(inputChannels)→\(outputChannels) k\(kernel) s\(stride) g\(groups)"
  }

  /// Calls `body` with the offsets of an output pixel, an input pixel and a tap, for all that meet.
  private func forEachTap(_ body: (_ output: Int, _ input: Int, _ tap: Int) -> Void) {
    for n in 0..<images {
      for y in 0..<outputHeight {
        for x in 0..<outputWidth {
          for ky in 0..<kernel {
            for kx in 0..<kernel {
              let iy = y * stride + ky - kernel / 2
              let ix = x * stride + kx - kernel / 2
              guard iy >= 0, iy < height, ix >= 0, ix < width else { continue }
              body(
                (n * outputHeight + y) * outputWidth + x, (n * height + iy) * width + ix,
                ky * kernel + kx)
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
