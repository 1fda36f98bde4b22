/// F(2×2, 3×3): tiles of 2×2 outputs, 16 products where plain sums take 36. Points 0, 1, −1, ∞.
enum WinogradTwo: WinogradTransforms {
  enum Input: LineTransform {
    static var inputs: Int { 4 }
    static var outputs: Int { 4 }

    @inline(__always)
    static func run(
      _ source: UnsafePointer<Float>, step: Int, into target: UnsafeMutablePointer<Float>,
      targetStep: Int
    ) {
      let (d0, d1) = (source.native(0), source.native(step))
      let (d2, d3) = (source.native(2 &* step), source.native(3 &* step))
      target.store(d0 - d2, 0)
      target.store(d2 + d1, targetStep)
      target.store(d2 - d1, 2 &* targetStep)
      target.store(d3 - d1, 3 &* targetStep)
    }
  }

  enum Window: LineTransform {
    static var inputs: Int { 3 }
    static var outputs: Int { 4 }

    @inline(__always)
    static func run(
      _ source: UnsafePointer<Float>, step: Int, into target: UnsafeMutablePointer<Float>,
      targetStep: Int
    ) {
      let (w0, w1, w2) = (source.native(0), source.native(step), source.native(2 &* step))
      let even = (w0 + w2) * 0.5
      let odd = w1 * 0.5
      target.store(w0, 0)
      target.store(even + odd, targetStep)
      target.store(even - odd, 2 &* targetStep)
      target.store(w2, 3 &* targetStep)
    }
  }

  enum Output: LineTransform {
    static var inputs: Int { 4 }
    static var outputs: Int { 2 }

    @inline(__always)
    static func run(
      _ source: UnsafePointer<Float>, step: Int, into target: UnsafeMutablePointer<Float>,
      targetStep: Int
    ) {
      let (p0, p1) = (source.native(0), source.native(step))
      let (p2, p3) = (source.native(2 &* step), source.native(3 &* step))
      target.store(p0 + (p1 + p2), 0)
      target.store((p1 - p2) + p3, targetStep)
    }
  }

  enum Gradient: LineTransform {
    static var inputs: Int { 2 }
    static var outputs: Int { 4 }

    @inline(__always)
    static func run(
      _ source: UnsafePointer<Float>, step: Int, into target: UnsafeMutablePointer<Float>,
      targetStep: Int
    ) {
      let (g0, g1) = (source.native(0), source.native(step))
      target.store(g0, 0)
      target.store(g0 + g1, targetStep)
      target.store(g0 - g1, 2 &* targetStep)
      target.store(g1, 3 &* targetStep)
    }
  }

  enum WindowGradient: LineTransform {
    static var inputs: Int { 4 }
    static var outputs: Int { 3 }

    @inline(__always)
    static func run(
      _ source: UnsafePointer<Float>, step: Int, into target: UnsafeMutablePointer<Float>,
      targetStep: Int
    ) {
      let (u0, u1) = (source.native(0), source.native(step))
      let (u2, u3) = (source.native(2 &* step), source.native(3 &* step))
      let even = (u1 + u2) * 0.5
      target.store(u0 + even, 0)
      target.store((u1 - u2) * 0.5, targetStep)
      target.store(even + u3, 2 &* targetStep)
    }
  }
}
