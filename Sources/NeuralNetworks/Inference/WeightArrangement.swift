/// Weights in another order or form than the folded ones, for a kernel that reads them so.
struct WeightArrangement {
  /// Floats of the arranged weights.
  let floats: Int
  /// Writes all of them from the folded ones.
  let write: (_ plain: UnsafePointer<Float>, _ arranged: UnsafeMutablePointer<Float>) -> Void
}

/// A family whose step may read other weights than the folded ones. A plan then keeps those alone.
protocol ArrangingFamily: LayerFamily {
  /// Returns what the step reads under the role `weight`; nil where it reads the folded weights.
  func weightArrangement(_ place: GroupPlace) -> WeightArrangement?
}

extension Network {
  /// Returns what the step of a group's head reads instead of its folded weights, if anything.
  func weightArrangement(_ place: GroupPlace) -> WeightArrangement? {
    (nodes[place.node].layer.family as? any ArrangingFamily)?.weightArrangement(place)
  }
}
