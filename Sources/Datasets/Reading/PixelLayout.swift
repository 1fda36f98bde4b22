/// In which order the values of an image array of four dimensions stand.
public enum PixelLayout: String, CaseIterable, Hashable, Sendable {
  /// `[N, H, W, C]`, as TensorFlow and most image files have it.
  case channelsLast = "NHWC"
  /// `[N, C, H, W]`, as PyTorch has it.
  case channelsFirst = "NCHW"
}
