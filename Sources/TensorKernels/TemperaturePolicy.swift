/// The temperature T that logits are divided by before a student is compared with its teacher.
///
/// A number is a constant: `loss.temperature = 4`.
public enum TemperaturePolicy: Hashable, Sendable {
  /// The same for all images, all the time.
  case constant(Float)
  /// From one to the other in a straight line over the training: soft targets first, sharp ones at the end.
  ///
  /// Source: Jafari et al., "Annealing knowledge distillation", arXiv:2104.07163.
  case annealed(from: Float, to: Float)
  /// For each image `base` times the standard deviation of the teacher's logits over the classes, at least 1. So a
  /// teacher's answers are equally soft on all images, however large its logits are.
  ///
  /// Source: Sun et al., "Logit standardization in knowledge distillation", arXiv:2403.01734, where each network is
  /// divided by its own deviation; here both are by the teacher's, so that the student learns its spread too.
  case perSample(base: Float)

  /// The base that the authors use.
  public static let usualBase: Float = 2

  /// Returns T for one image.
  ///
  /// - Parameters:
  ///   - progress: The share of the training that is done, 0…1.
  ///   - teacher: The teacher's logits, `[classes]`; read by `perSample` alone.
  public func value(
    progress: Double, teacher: UnsafePointer<Float>, classes: Int
  ) -> Double {
    switch self {
    case .constant(let temperature): Double(temperature)
    case .annealed(let from, let to): Double(from) + progress * (Double(to) - Double(from))
    case .perSample(let base): max(1, Double(base) * spread(teacher, classes: classes))
    }
  }

  /// The standard deviation of the values (divided by their number).
  private func spread(_ values: UnsafePointer<Float>, classes: Int) -> Double {
    var (sum, squares) = (0.0, 0.0)
    for c in 0..<classes { sum += Double(values[c]) }
    for c in 0..<classes {
      let deviation = Double(values[c]) - sum / Double(classes)
      squares += deviation * deviation
    }
    return (squares / Double(classes)).squareRoot()
  }
}

extension TemperaturePolicy: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  public init(floatLiteral value: Float) { self = .constant(value) }
  public init(integerLiteral value: Int) { self = .constant(Float(value)) }
}

/// Equal texts are equal policies; a constant is its number.
extension TemperaturePolicy: CustomStringConvertible {
  public var description: String {
    switch self {
    case .constant(let temperature): "\(temperature)"
    case .annealed(let from, let to): "annealed(\(from),\(to))"
    case .perSample(let base): "per_sample(\(base))"
    }
  }
}
