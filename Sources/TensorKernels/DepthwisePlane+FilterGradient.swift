// The filter's gradient of a depthwise convolution of planes: the sums of as many taps as there are registers for.

/// Adds the gradient with respect to the filter.
///
/// - Parameters:
///   - frame: The input with its border, a frame of the shape's size.
///   - gradientFrame: With respect to the output, a frame of the output's size.
///   - output: `[k·k, 16]`; accumulated into.
public func depthwisePlaneBackwardFilter(
  _ frame: UnsafePointer<Float>, _ gradientFrame: UnsafePointer<Float>,
  addingTo output: UnsafeMutablePointer<Float>, shape: PlaneShape
) {
  let pass = FilterGradient(
    frame: frame + shape.origin,
    gradient: gradientFrame + shape.border &* (shape.gradientRow &+ vectorWidth),
    output: output, shape: shape)
  switch (shape.kernel, shape.stride) {
  case (3, 1): pass.runThree(InlineArray<1, Bool>.self)
  case (3, 2): pass.runThree(InlineArray<2, Bool>.self)
  case (5, 1): pass.runFive(InlineArray<1, Bool>.self)
  case (5, 2): pass.runFive(InlineArray<2, Bool>.self)
  case (7, 1): pass.runSeven(InlineArray<1, Bool>.self)
  case (7, 2): pass.runSeven(InlineArray<2, Bool>.self)
  default: pass.runAny()
  }
}

/// The operands of a filter gradient.
private struct FilterGradient {
  /// Where the first window begins in the input's frame.
  let frame: UnsafePointer<Float>
  /// The first pixel inside the gradient's frame.
  let gradient: UnsafePointer<Float>
  let output: UnsafeMutablePointer<Float>
  let shape: PlaneShape

  func runThree<let S: Int>(_ stride: InlineArray<S, Bool>.Type) {
    let three = InlineArray<3, Bool>.self
    run(three, three, stride, 0)
  }

  /// 25 sums are more than sixteen registers.
  func runFive<let S: Int>(_ stride: InlineArray<S, Bool>.Type) {
    let (one, two) = (InlineArray<1, Bool>.self, InlineArray<2, Bool>.self)
    let five = InlineArray<5, Bool>.self
    if hasManyRegisters {
      run(five, five, stride, 0)
    } else {
      run(two, five, stride, 0)
      run(two, five, stride, 2)
      run(one, five, stride, 4)
    }
  }

  /// 49 sums are always more: three rows of taps, then twice two, or row by row.
  func runSeven<let S: Int>(_ stride: InlineArray<S, Bool>.Type) {
    let (one, two) = (InlineArray<1, Bool>.self, InlineArray<2, Bool>.self)
    let (three, seven) = (InlineArray<3, Bool>.self, InlineArray<7, Bool>.self)
    if hasManyRegisters {
      run(three, seven, stride, 0)
      run(two, seven, stride, 3)
      run(two, seven, stride, 5)
    } else {
      for row in 0..<7 { run(one, seven, stride, row) }
    }
  }

  /// Adds what `R` neighbouring pixels of a row contribute to `T` rows of `K` taps.
  @inline(__always)
  private func add<let R: Int, let T: Int, let K: Int, let S: Int>(
    _ pixels: InlineArray<R, Bool>.Type, _ rows: InlineArray<T, Bool>.Type,
    _: InlineArray<K, Bool>.Type, _: InlineArray<S, Bool>.Type,
    _ line: UnsafePointer<Float>, _ right: UnsafePointer<Float>, _ rowStride: Int,
    _ sums: inout InlineArray<T, InlineArray<K, NativeVector>>
  ) {
    var values = InlineArray<R, NativeVector>(repeating: .zero)
    for r in 0..<R { values[unchecked: r] = right.native(r &* vectorWidth) }
    unrolled(rows) { t in
      let source = line + t &* rowStride
      unrolled(pixels) { r in
        for kx in 0..<K {
          sums[unchecked: t][unchecked: kx].addProduct(
            source.native((S &* r &+ kx) &* vectorWidth), values[unchecked: r])
        }
      }
    }
  }

  /// Adds the gradient of `T` rows of `K` taps from row `first` on.
  @inline(__always)
  private func run<let T: Int, let K: Int, let S: Int>(
    _ rows: InlineArray<T, Bool>.Type, _ taps: InlineArray<K, Bool>.Type,
    _ stride: InlineArray<S, Bool>.Type, _ first: Int
  ) {
    var lane = 0
    while lane < vectorWidth {
      run(rows, taps, stride, first, lane)
      lane &+= nativeWidth
    }
  }

  /// Does so for a native vector's channels from `lane` on.
  @inline(__always)
  private func run<let T: Int, let K: Int, let S: Int>(
    _ rows: InlineArray<T, Bool>.Type, _ taps: InlineArray<K, Bool>.Type,
    _ stride: InlineArray<S, Bool>.Type, _ first: Int, _ lane: Int
  ) {
    var sums = InlineArray<T, InlineArray<K, NativeVector>>(
      repeating: InlineArray(repeating: .zero))
    let frameRow = shape.frameRow
    for y in 0..<shape.outputHeight {
      var line = frame + ((y &* S &+ first) &* frameRow &+ lane)
      var right = gradient + (y &* shape.gradientRow &+ lane)
      var left = shape.outputWidth
      while left >= 2 {
        add(InlineArray<2, Bool>.self, rows, taps, stride, line, right, frameRow, &sums)
        line += 2 &* S &* vectorWidth
        right += 2 &* vectorWidth
        left &-= 2
      }
      if left > 0 {
        add(InlineArray<1, Bool>.self, rows, taps, stride, line, right, frameRow, &sums)
      }
    }
    let target = output + (first &* K &* vectorWidth &+ lane)
    unrolled(rows) { t in
      for kx in 0..<K {
        let place = (t &* K &+ kx) &* vectorWidth
        target.store(target.native(place) + sums[unchecked: t][unchecked: kx], place)
      }
    }
  }

  /// One tap after the other, for any kernel and stride: the plain version.
  func runAny() {
    let (kernel, frameRow) = (shape.kernel, shape.frameRow)
    for ky in 0..<kernel {
      for kx in 0..<kernel {
        var sum = Vector.zero
        for y in 0..<shape.outputHeight {
          let line = frame + (y &* shape.stride &+ ky) &* frameRow + kx &* vectorWidth
          let right = gradient + y &* shape.gradientRow
          for x in 0..<shape.outputWidth {
            sum.addProduct(
              line.vector(x &* shape.stride &* vectorWidth), right.vector(x &* vectorWidth))
          }
        }
        let place = (ky &* kernel &+ kx) &* vectorWidth
        output.store(output.vector(place) + sum, place)
      }
    }
  }
}
