import TensorKernels

/// A classifier laid out in memory, for one thread at a time.
///
/// Images are taken in batches of the classifier's size, and what is left over one by one. An image's logits do not
/// depend on the images that it is run with.
package final class ONNXPlan {
  /// The most images in one run.
  package let capacity: Int

  private let executables: [(images: Int, executable: Executable)]
  private let imageCount: Int
  private let classes: Int
  private let logits: FloatArena

  init(
    _ programs: [Program], weights: WeightStore, imageCount: Int, classes: Int, capacity: Int,
    inputOrder: [Int]?
  ) {
    (self.capacity, self.imageCount, self.classes) = (capacity, imageCount, classes)
    executables = programs.map { program in
      (
        program.values[program.inputs[0]].shape[0],
        Executable(program, weights: weights, inputOrder: inputOrder)
      )
    }
    logits = FloatArena(count: capacity * classes)
  }

  /// Bytes of activations and scratch.
  package var arenaBytes: Int {
    4 * (executables.reduce(logits.count) { $0 + $1.executable.arenaFloats })
  }

  /// Classifies images.
  ///
  /// - Parameter input: The values of `images` images, one behind the other, standardised as the network wants it.
  /// - Returns: `[images, classes]`, until the next run.
  package func run(_ input: UnsafePointer<Float>, images: Int) -> UnsafePointer<Float> {
    precondition(images <= capacity, "\(images) images do not fit into a plan for \(capacity)")
    var first = 0
    while first < images {
      let left = images - first
      guard
        let (size, executable) = executables.first(where: { $0.images <= left })
          ?? executables.last
      else { break }
      let count = min(size, left)
      let target = executable.input(0)
      target.update(from: input + first * imageCount, count: count * imageCount)
      // Only a graph that can do no other batch than its own is filled up.
      (target + count * imageCount).update(repeating: 0, count: (size - count) * imageCount)
      executable.run()
      (logits.base + first * classes).update(
        from: executable.outputPointer(0), count: count * classes)
      first += count
    }
    return UnsafePointer(logits.base)
  }

  /// Runs once and returns the seconds of every step, to see where the time goes.
  package func stepTimes(
    _ input: UnsafePointer<Float>, clock: () -> Double
  ) -> [(title: String, seconds: Double)] {
    guard let (size, executable) = executables.first else { return [] }
    executable.input(0).update(from: input, count: size * imageCount)
    var times: [(title: String, seconds: Double)] = []
    var last = clock()
    executable.run { step in
      let now = clock()
      times.append((executable.titles[step], now - last))
      last = now
    }
    return times
  }
}
