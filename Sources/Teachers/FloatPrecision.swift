import FileFormats

/// What floating-point numbers were stored as, which limits how well probabilities add up to 1.
enum FloatPrecision: String {
  case half = "float16"
  case single = "float32"
  case double = "float64"

  /// Recognises the type; nil for whole numbers. Half-precision numbers, which are read as single-precision
  /// ones, are recognised by their values.
  ///
  /// - Parameter floats: The array's values.
  init?(_ array: NumericArray, _ floats: [Float]) {
    switch array.elementType {
    case .float64: self = .double
    case .float32: self = floats.allSatisfy(FloatPrecision.isHalf) ? .half : .single
    default: return nil
    }
  }

  /// Whether a half-precision number has this value: eleven significant bits, in its range.
  private static func isHalf(_ value: Float) -> Bool {
    guard value.isFinite else { return true }
    // Below 2⁻¹⁴ numbers are multiples of 2⁻²⁴.
    return abs(value) < 0x1p-14
      ? value * 0x1p24 == (value * 0x1p24).rounded()
      : value.bitPattern & 0x1FFF == 0 && abs(value) <= 65_504
  }

  /// How far a sum of probabilities may be from 1.
  var tolerance: Double {
    switch self {
    case .half: 2e-3
    case .single: 1e-4
    case .double: 1e-5
    }
  }

  /// The same of the logarithm of a sum, where rounding grows with the size of the logarithms.
  var logTolerance: Double {
    switch self {
    case .half: 1e-2
    case .single: 1e-4
    case .double: 1e-5
    }
  }
}
