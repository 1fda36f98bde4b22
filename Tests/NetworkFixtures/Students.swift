import Foundation
import NeuralNetworks
import RandomStreams
import SearchSpaces

/// Returns random students of a shipped space, for images of 28×28 or another side.
package func students(
  of name: String, count: Int, channels: Int = 3, side: Int = 28
) throws -> [Network] {
  let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "SearchSpaces/\(name).json")
  let space = try SearchSpace(contentsOf: file.path())
  var stream = RandomStream(seed: 4, purpose: "students")
  return try (0..<count).map { _ in
    try space.network(
      for: space.randomArchitecture(using: &stream),
      input: TensorShape(height: side, width: side, channels: channels), classes: 10)
  }
}

package let shippedSpaces = [
  "mobile-cnn", "quick-mobile", "plain-residual", "nas-bench-201", "fbnet", "microcontroller",
  "mlperf-tiny-ds-cnn",
]
