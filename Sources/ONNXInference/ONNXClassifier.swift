import FileFormats
import Foundation
import Synchronization
import TensorKernels

/// How the pixels of an image follow each other in what a plan is given.
package enum ONNXInputLayout: Hashable, Sendable {
  /// In the order of the file's dimensions, usually `[C, H, W]`.
  case asInFile
  /// `[H, W, C]` for a file that wants `[C, H, W]`.
  case channelsLast
}

/// What the numbers are that a classifier gives.
package enum ONNXOutputKind: String, Hashable, Sendable {
  /// Nothing behind the last layer: logits, as far as the graph shows.
  case logits
  /// The last operator is a softmax.
  case probabilities
  /// The last operator is the logarithm of a softmax.
  case logProbabilities = "log_probabilities"
  /// The last operator is a sigmoid: classes that do not exclude each other.
  case independentProbabilities = "independent_probabilities"
}

/// A classifier read from an ONNX file.
///
/// Its input is one tensor whose first dimension is the batch, its output one number for each image and class.
/// The graph is traced with all sizes known: constants are computed, operators put together, layouts chosen.
/// All plans share the weights. Everything is computed in 32-bit floats.
package final class ONNXClassifier: Sendable {
  /// What the graph calls its input, and the shape of one image as it wants it.
  package let inputName: String
  package let inputShape: [Int]
  package let outputName: String
  package let outputKind: ONNXOutputKind
  package let classes: Int
  /// Multiply–accumulate operations of an image.
  package let macs: Int
  /// The number of weights.
  package let parameters: Int
  /// Images that the kernels take at a time.
  package let batch: Int

  /// The program for `batch` images and, if that is more than one, the one for single images where the graph
  /// allows it.
  private let programs: [Program]
  let weights = WeightStore()

  /// Reads a classifier.
  ///
  /// - Parameters:
  ///   - imageShape: The sizes of one image, without the batch; needed where the file leaves them open.
  ///   - output: The output to use; needed if several could be meant.
  ///   - mostImages: The most images that the kernels take at a time.
  /// - Throws: `FileFormatError` if the file cannot be read, `ONNXInferenceError` if it cannot be run: one error
  ///   with every operator that is not supported.
  package convenience init(
    contentsOf path: String, imageShape: [Int]? = nil, output: String? = nil, mostImages: Int = 8
  ) throws {
    try self.init(
      ONNXClassifierFile(contentsOf: path), imageShape: imageShape, output: output,
      mostImages: mostImages)
  }

  /// As above, from a file that has been read.
  ///
  /// - Parameter mostBytes: What activations may take; a graph that needs more is refused before any is taken.
  package init(
    _ file: ONNXClassifierFile, imageShape: [Int]? = nil, output: String? = nil,
    mostImages: Int = 8, mostBytes: UInt64 = ProcessInfo.processInfo.physicalMemory
  ) throws {
    let reading = try ClassifierReading(file, imageShape: imageShape, output: output)
    (inputName, inputShape) = (reading.input.name, reading.imageShape)
    (outputName, outputKind, classes) = (reading.output, reading.outputKind, reading.classes)
    macs = reading.program.macs / reading.batch
    parameters = file.parameterCount
    let single = reading.program.optimized()
    let bytes = 4 * Executable.arenaFloats(of: single, weights: weights)
    guard bytes <= mostBytes else {
      throw ONNXInferenceError.notAClassifier(
        path: file.path, location: "graph", found: "\(bytes) bytes of activations at once",
        expected: "at most \(mostBytes), which is the memory there is")
    }
    guard reading.batch == 1 else {
      // The file's own batch is the only one that the graph can do.
      (batch, programs) = (reading.batch, [single])
      return
    }
    let images = ONNXClassifier.images(for: single, atMost: mostImages)
    if images > 1, let several = try reading.program(images: images)?.optimized(),
      ONNXClassifier.agree(several, single, images: images, weights: weights)
    {
      (batch, programs) = (images, [several, single])
    } else {
      (batch, programs) = (1, [single])
    }
  }

  /// Returns a plan for at most `capacity` images in one run, to be used by one thread at a time.
  package func plan(
    capacity: Int, layout: ONNXInputLayout = .asInFile
  ) -> ONNXPlan {
    precondition(capacity > 0, "a plan needs room for an image, got \(capacity)")
    let usable = capacity >= batch ? programs : [programs[programs.count - 1]]
    return ONNXPlan(
      usable, weights: weights, imageCount: inputShape.product, classes: classes,
      capacity: capacity, inputOrder: inputOrder(layout))
  }

  private func inputOrder(_ layout: ONNXInputLayout) -> [Int]? {
    guard layout == .channelsLast, inputShape.count > 1 else { return nil }
    return [0] + Array(2...inputShape.count) + [1]
  }

  /// Bytes of the weights as the kernels read them, once a plan has been made.
  package var weightBytes: Int { 4 * weights.floats }
}

extension ONNXClassifier {
  /// Values of all tensors of one image beyond which more images at a time are no gain: a cache of some megabytes.
  private static let cachedValues = 1 << 21

  /// Returns how many images to take at a time: more of small ones, so that weights are read less often.
  private static func images(for program: Program, atMost most: Int) -> Int {
    let largest = program.instructions.map { program.values[$0.output].count }.max() ?? 1
    var images = most
    while images > 1 && images * largest > cachedValues { images /= 2 }
    return max(1, images)
  }

  /// Returns whether images give the same numbers together as alone: some graphs mix the images of a batch, and
  /// some have a batch of one written into their shapes without it showing.
  private static func agree(
    _ several: Program, _ single: Program, images: Int, weights: WeightStore
  ) -> Bool {
    let together = Executable(several, weights: weights)
    let alone = Executable(single, weights: weights)
    let count = single.values[single.inputs[0]].count
    // Numbers without a pattern, from −1 to 1: a linear congruential generator.
    var state: UInt32 = 1
    for place in 0..<images * count {
      state = state &* 1_664_525 &+ 1_013_904_223
      together.input(0)[place] = Float(Int32(bitPattern: state)) * 0x1p-31
    }
    let input = Array(UnsafeBufferPointer(start: together.input(0), count: images * count))
    together.run()
    let expected = together.output(0)
    let classes = expected.count / images
    for image in [0, images - 1] {
      alone.input(0).update(from: Array(input[image * count..<(image + 1) * count]), count: count)
      alone.run()
      let logits = alone.output(0)
      let largest = logits.reduce(0) { max($0, abs($1)) }
      for (c, logit) in logits.enumerated() {
        let other = expected[image * classes + c]
        if logit.isNaN != other.isNaN || abs(logit - other) > 1e-4 * max(1e-3, largest) {
          return false
        }
      }
    }
    return true
  }
}
