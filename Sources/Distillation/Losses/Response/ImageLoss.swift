import NeuralNetworks
import TensorKernels

/// What one image's logits and its teacher's come to: the part of a loss that its kind defines.
protocol ImageDistance: Hashable, Sendable {
  /// How the logits are made comparable.
  var softening: Softening { get }

  /// Returns the loss of one image and overwrites its gradient.
  func evaluate(_ pair: LogitPair) -> Double
}

/// One image's logits.
struct LogitPair {
  let classes: Int
  /// z and t, `[classes]`; standardised where the loss asks for it.
  let student: UnsafePointer<Double>
  let teacher: UnsafePointer<Double>
  /// T
  let temperature: Double
  /// log softmax(z / T) and log softmax(t / T), `[classes]`
  let logP: UnsafePointer<Double>
  let logQ: UnsafePointer<Double>
  /// The image's class and that of what is mixed into it, each with its share; the class is below 0 where it is not
  /// known.
  let targets: [(label: Int, share: Double)]
  /// dL/dz, `[classes]`
  let gradient: UnsafeMutablePointer<Double>
}

/// A loss on logits that is a sum over images, each of whose parts depends on its own image alone: an image can count
/// more than another in it (`GroupEmphasisLoss`).
protocol ImageWiseLoss: TrainingLoss {}

/// A loss that looks at one image at a time: the sum of their distances.
struct ImageLoss<Distance: ImageDistance>: ImageWiseLoss, ResponseLoss {
  let distance: Distance

  func compare(_ slice: LossSlice, _ memory: Memory) -> Double {
    let classes = slice.classes
    let softening = distance.softening
    var loss = 0.0
    for n in 0..<slice.count {
      let (z, t) = (slice.logits.values + n * classes, slice.teacherLogits + n * classes)
      for c in 0..<classes {
        memory.student[c] = Double(z[c])
        memory.teacher[c] = Double(t[c])
      }
      let temperature = softening.temperature.value(
        progress: slice.progress, teacher: t, classes: classes)
      var spread = 1.0
      if softening.isStandardized {
        spread = standardize(memory.student, count: classes)
        _ = standardize(memory.teacher, count: classes)
      }
      logSoftmax(memory.student, temperature: temperature, into: memory.logP, count: classes)
      logSoftmax(memory.teacher, temperature: temperature, into: memory.logQ, count: classes)
      loss += distance.evaluate(
        LogitPair(
          classes: classes, student: memory.student, teacher: memory.teacher,
          temperature: temperature, logP: memory.logP, logQ: memory.logQ,
          targets: slice.targets(of: n), gradient: memory.gradient))
      if softening.isStandardized {
        pullBackStandardization(
          memory.gradient, standardized: memory.student, spread: spread, count: classes)
      }
      let gradient = slice.logits.gradient + n * classes
      for c in 0..<classes { gradient[c] = Float(memory.gradient[c] / Double(slice.batch)) }
    }
    return loss
  }

  /// Of one image, each `[classes]`.
  struct Memory: ResponseMemory {
    let student: UnsafeMutablePointer<Double>
    let teacher: UnsafeMutablePointer<Double>
    let logP: UnsafeMutablePointer<Double>
    let logQ: UnsafeMutablePointer<Double>
    let gradient: UnsafeMutablePointer<Double>

    init(images: Int, classes: Int, cursor: inout MemoryCursor) {
      student = cursor.takeDoubles(classes)
      teacher = cursor.takeDoubles(classes)
      logP = cursor.takeDoubles(classes)
      logQ = cursor.takeDoubles(classes)
      gradient = cursor.takeDoubles(classes)
    }
  }
}

extension LossSlice {
  /// Returns the class of an image, and that of what is mixed into it, each with its share.
  func targets(of image: Int) -> [(label: Int, share: Double)] {
    let own = Int(labels[image])
    guard let mix, mix.shares[image] > 0 else { return [(own, 1)] }
    let share = Double(mix.shares[image])
    return [(own, 1 - share), (Int(mix.otherLabels[image]), share)]
  }
}
