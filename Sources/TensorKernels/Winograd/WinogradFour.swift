/// F(4×4, 3×3): tiles of 4×4 outputs, 36 products where plain sums take 144. Points 0, ±√½, ±√2, ∞.
///
/// Points that are one another's reciprocals keep the matrices' numbers near 1, which rounds less than the usual 0, ±1,
/// ±2, ∞ (`WinogradErrorTests` bounds the error), and one product of the input's transform is by 1. For points
/// 0, ±a, ±b, ∞, with
/// n(a, b) = 1 / (2a²(a² − b²)), the matrices are
///
///     Bᵀ = a²b²   0   −(a²+b²)  0       1  0      G = 1/(a²b²)   0        0
///          0    ∓ab²  −b²      ±a       1  0          n(a, b)·(1  ±a  a²)
///          0    ∓a²b  −a²      ±b       1  0          n(b, a)·(1  ±b  b²)
///          0     a²b²  0     −(a²+b²)   0  1          0          0        1
///
/// and Aᵀ has rows 1, ±a, a², ±a³ and so on, with a 1 at 0 and at ∞.
///
/// Source of the points: Barabasz and others, "Error analysis and improving the accuracy of Winograd convolution for
/// deep neural networks", ACM TOMS 46(4), 2020 (reciprocal pairs).
enum WinogradFour: WinogradTransforms {
  /// √½ and its powers: a, a³.
  private static var a: Float { 0.707_106_781 }
  private static var a3: Float { 0.353_553_391 }
  /// √2 and its powers: b, b³.
  private static var b: Float { 1.414_213_562 }
  private static var b3: Float { 2.828_427_125 }
  /// n(a, b) and n(a, b)·a: the numbers of G's rows for ±a.
  private static var na: Float { -2 / 3 }
  private static var naTimesA: Float { -0.471_404_521 }
  /// n(b, a) and n(b, a)·b: those of its rows for ±b.
  private static var nb: Float { 1 / 6 }
  private static var nbTimesB: Float { 0.235_702_260 }

  enum Input: LineTransform {
    static var inputs: Int { 6 }
    static var outputs: Int { 6 }

    @inline(__always)
    static func run(
      _ source: UnsafePointer<Float>, step: Int, into target: UnsafeMutablePointer<Float>,
      targetStep: Int
    ) {
      let (d1, d2) = (source.native(step), source.native(2 &* step))
      let (d3, d4) = (source.native(3 &* step), source.native(4 &* step))
      target.store((source.native(0) + d4).addingProduct(d2, -2.5), 0)
      let evenA = d4.addingProduct(d2, -2)
      let oddA = d3.addingProduct(d1, -2)
      target.store(evenA.addingProduct(oddA, a), targetStep)
      target.store(evenA.addingProduct(oddA, -a), 2 &* targetStep)
      let evenB = d4.addingProduct(d2, -0.5)
      let oddB = d3.addingProduct(d1, -0.5)
      target.store(evenB.addingProduct(oddB, b), 3 &* targetStep)
      target.store(evenB.addingProduct(oddB, -b), 4 &* targetStep)
      target.store((source.native(5 &* step) + d1).addingProduct(d3, -2.5), 5 &* targetStep)
    }
  }

  enum Window: LineTransform {
    static var inputs: Int { 3 }
    static var outputs: Int { 6 }

    @inline(__always)
    static func run(
      _ source: UnsafePointer<Float>, step: Int, into target: UnsafeMutablePointer<Float>,
      targetStep: Int
    ) {
      let (w0, w1, w2) = (source.native(0), source.native(step), source.native(2 &* step))
      target.store(w0, 0)
      let evenA = w0.addingProduct(w2, 0.5) * na
      target.store(evenA.addingProduct(w1, naTimesA), targetStep)
      target.store(evenA.addingProduct(w1, -naTimesA), 2 &* targetStep)
      let evenB = w0.addingProduct(w2, 2) * nb
      target.store(evenB.addingProduct(w1, nbTimesB), 3 &* targetStep)
      target.store(evenB.addingProduct(w1, -nbTimesB), 4 &* targetStep)
      target.store(w2, 5 &* targetStep)
    }
  }

  enum Output: LineTransform {
    static var inputs: Int { 6 }
    static var outputs: Int { 4 }

    @inline(__always)
    static func run(
      _ source: UnsafePointer<Float>, step: Int, into target: UnsafeMutablePointer<Float>,
      targetStep: Int
    ) {
      let (p1, p2) = (source.native(step), source.native(2 &* step))
      let (p3, p4) = (source.native(3 &* step), source.native(4 &* step))
      let (evenA, oddA) = (p1 + p2, p1 - p2)
      let (evenB, oddB) = (p3 + p4, p3 - p4)
      target.store(source.native(0) + (evenA + evenB), 0)
      target.store((oddA * a).addingProduct(oddB, b), targetStep)
      target.store((evenA * 0.5).addingProduct(evenB, 2), 2 &* targetStep)
      target.store(
        source.native(5 &* step).addingProduct(oddA, a3).addingProduct(oddB, b3), 3 &* targetStep)
    }
  }

  enum Gradient: LineTransform {
    static var inputs: Int { 4 }
    static var outputs: Int { 6 }

    @inline(__always)
    static func run(
      _ source: UnsafePointer<Float>, step: Int, into target: UnsafeMutablePointer<Float>,
      targetStep: Int
    ) {
      let (g0, g1) = (source.native(0), source.native(step))
      let (g2, g3) = (source.native(2 &* step), source.native(3 &* step))
      target.store(g0, 0)
      let evenA = g0.addingProduct(g2, 0.5)
      let oddA = g1.addingProduct(g3, 0.5)
      target.store(evenA.addingProduct(oddA, a), targetStep)
      target.store(evenA.addingProduct(oddA, -a), 2 &* targetStep)
      let evenB = g0.addingProduct(g2, 2)
      let oddB = g1.addingProduct(g3, 2)
      target.store(evenB.addingProduct(oddB, b), 3 &* targetStep)
      target.store(evenB.addingProduct(oddB, -b), 4 &* targetStep)
      target.store(g3, 5 &* targetStep)
    }
  }

  enum WindowGradient: LineTransform {
    static var inputs: Int { 6 }
    static var outputs: Int { 3 }

    @inline(__always)
    static func run(
      _ source: UnsafePointer<Float>, step: Int, into target: UnsafeMutablePointer<Float>,
      targetStep: Int
    ) {
      let (u1, u2) = (source.native(step), source.native(2 &* step))
      let (u3, u4) = (source.native(3 &* step), source.native(4 &* step))
      let (evenA, evenB) = ((u1 + u2) * na, (u3 + u4) * nb)
      target.store(source.native(0) + (evenA + evenB), 0)
      target.store(((u1 - u2) * naTimesA).addingProduct(u3 - u4, nbTimesB), targetStep)
      target.store(
        source.native(5 &* step).addingProduct(evenA, 0.5).addingProduct(evenB, 2),
        2 &* targetStep)
    }
  }
}
