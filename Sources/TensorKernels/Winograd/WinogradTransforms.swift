/// The five transforms of one form of Winograd's minimal filtering.
///
/// With Bᵀ, G and Aᵀ of the form, a tile of outputs is y = Aᵀ[(G w Gᵀ) ⊙ (Bᵀ d B)]A for a tile d of the input and a
/// 3×3 window w. ⊙ multiplies position by position; over channels it is a matrix product for each position.
///
/// The window's gradient is the exact adjoint, Gᵀ[(A g Aᵀ) ⊙ (Bᵀ d B)]G, summed over tiles, where g is the outputs'
/// gradient: a minimal filtering with 3×3 outputs whose window is the tile of gradients.
///
/// Source: Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR 2016, sections 4.1–4.3.
protocol WinogradTransforms {
  /// Bᵀ: of the input.
  associatedtype Input: LineTransform
  /// G: of the window.
  associatedtype Window: LineTransform
  /// Aᵀ: from the products to the outputs.
  associatedtype Output: LineTransform
  /// A: of the outputs' gradient.
  associatedtype Gradient: LineTransform
  /// Gᵀ: from the sums of products to the window's gradient.
  associatedtype WindowGradient: LineTransform
}
