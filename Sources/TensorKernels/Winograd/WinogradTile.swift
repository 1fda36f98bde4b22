/// The forms of minimal filtering that there are for 3×3 windows, by their tiles of outputs.
public enum WinogradTile: Int, Hashable, Sendable, CaseIterable {
  /// F(2×2, 3×3).
  case two = 2
  /// F(4×4, 3×3).
  case four = 4

  /// The side of a tile of outputs, in pixels.
  var outputSide: Int { rawValue }
  /// The side of the tile of the input that they see.
  var inputSide: Int { rawValue + 2 }
  /// Products for each pair of channels: one for each position of the transformed tile.
  var positions: Int { inputSide * inputSide }
}
