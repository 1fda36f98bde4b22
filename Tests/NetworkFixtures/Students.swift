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

/// Shipped spaces whose students take most of the time of a test that runs students of all of them.
package let largeSpaces: Set = ["nas-bench-201", "fbnet"]

/// Returns the side of the images on which a test runs students of a shipped space: 28, and 12 for those of large
/// spaces unless everything is tried. Halved twice, both become odd; what cannot be halved twice does not fit
/// NAS-Bench-201.
package func imageSide(of space: String, isThorough: Bool) -> Int {
  isThorough || !largeSpaces.contains(space) ? 28 : 12
}

package let shippedSpaces = [
  "mobile-cnn", "quick-mobile", "plain-residual", "nas-bench-201", "fbnet", "microcontroller",
  "mlperf-tiny-ds-cnn",
]
