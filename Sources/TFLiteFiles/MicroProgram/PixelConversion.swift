/// How pixels become a model's input.
public enum PixelConversion: Hashable, Sendable {
  /// For each channel the integers that stand for bytes from 0 to 255: of an int8 model and 8-bit images.
  case table([[Int8]])
  /// (pixel − mean) / deviation for each channel, in the units of the pixels as they are stored. An int8 model's
  /// input is that in steps of its scale.
  case formula(mean: [Float], deviation: [Float], pixels: StoredPixels)

  /// What images are stored in.
  public enum StoredPixels: Hashable, Sendable {
    /// From 0 to 255.
    case bytes
    case floats
  }

  /// What images are stored in.
  var storedPixels: StoredPixels {
    switch self {
    case .table: .bytes
    case .formula(_, _, let pixels): pixels
    }
  }
}

extension PixelConversion.StoredPixels {
  var cType: String {
    switch self {
    case .bytes: "uint8_t"
    case .floats: "float"
    }
  }
}
