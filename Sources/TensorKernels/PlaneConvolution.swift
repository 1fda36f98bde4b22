// One convolution of a plane: the loops that the forward and backward passes share.

/// Where a pass reads, in which order it takes the taps, and where it writes.
///
/// Strides and steps are in floats. A pass over sixteen channels runs native vector by native vector, strip by strip:
/// the sums of some pixels, the taps of a row and a pixel must fit the registers.
struct PlaneConvolution {
  /// The pixel under the first tap of the first output pixel.
  var source: UnsafePointer<Float>
  /// From one output row's window to the next one's.
  var rowStride: Int
  /// From one row of a window to the next.
  var tapRowStride: Int
  /// The first tap.
  var filter: UnsafePointer<Float>
  /// From one row of taps to the next; negative in a flipped filter.
  var filterRowStep: Int
  /// From one tap to the next.
  var filterStep: Int
  var tapRows: Int
  var output: UnsafeMutablePointer<Float>
  var outputRowStride: Int
  /// From one output pixel to the next.
  var outputStep: Int
  /// Output pixels that the pass writes.
  var height: Int
  var width: Int
}

extension PlaneConvolution {
  /// Computes a native vector's channels from `lane` on of R pixels, W to a row, from (y, x) on, with T × K taps;
  /// windows are S pixels apart.
  @inline(__always)
  private func pixels<let R: Int, let W: Int, let T: Int, let K: Int, let S: Int>(
    _ pixels: InlineArray<R, Bool>.Type, _: InlineArray<W, Bool>.Type,
    _: InlineArray<T, Bool>.Type, _: InlineArray<K, Bool>.Type, _: InlineArray<S, Bool>.Type,
    _ y: Int, _ x: Int, _ lane: Int, _ sink: some PixelSink
  ) {
    var sums = InlineArray<R, NativeVector>(repeating: .zero)
    var line = source + (y &* rowStride &+ x &* S &* vectorWidth &+ lane)
    var taps = filter + lane
    for _ in 0..<T {
      var weights = InlineArray<K, NativeVector>(repeating: .zero)
      for kx in 0..<K { weights[unchecked: kx] = taps.native(kx &* filterStep) }
      // Neighbours name the same pixels; the compiler loads each once.
      unrolled(pixels) { r in
        let window = line + r / W &* rowStride
        for kx in 0..<K {
          sums[unchecked: r].addProduct(
            window.native((S &* (r % W) &+ kx) &* vectorWidth), weights[unchecked: kx])
        }
      }
      line += tapRowStride
      taps += filterRowStep
    }
    let target = output + (y &* outputRowStride &+ x &* outputStep &+ lane)
    unrolled(pixels) { r in
      target.store(sums[unchecked: r], r / W &* outputRowStride &+ r % W &* outputStep)
    }
    sink.take(pixels, sums, lane)
  }

  /// Computes W columns from x on, two rows at a time where R is 2·W.
  ///
  /// Each sum waits for its last multiply–add, so seven or fewer cannot keep the processor busy
  /// (measured: two thirds of the speed on 4×4 pixels).
  @inline(__always)
  private func columns<let R: Int, let W: Int, let T: Int, let K: Int, let S: Int>(
    _ pair: InlineArray<R, Bool>.Type, _ single: InlineArray<W, Bool>.Type,
    _ rows: InlineArray<T, Bool>.Type, _ taps: InlineArray<K, Bool>.Type,
    _ stride: InlineArray<S, Bool>.Type, _ x: Int, _ sink: some PixelSink
  ) {
    var lane = 0
    while lane < vectorWidth {
      var y = 0
      if R > W {
        while y &+ 2 <= height {
          pixels(pair, single, rows, taps, stride, y, x, lane, sink)
          y &+= 2
        }
      }
      while y < height {
        pixels(single, single, rows, taps, stride, y, x, lane, sink)
        y &+= 1
      }
      lane &+= nativeWidth
    }
  }

  /// Computes all pixels, with T rows of K taps; windows are S pixels apart.
  @inline(__always)
  func run<let T: Int, let K: Int, let S: Int>(
    _ rows: InlineArray<T, Bool>.Type, _ taps: InlineArray<K, Bool>.Type,
    _ stride: InlineArray<S, Bool>.Type, _ sink: some PixelSink
  ) {
    let (one, two, four) = (
      InlineArray<1, Bool>.self, InlineArray<2, Bool>.self, InlineArray<4, Bool>.self
    )
    let (seven, fourteen) = (InlineArray<7, Bool>.self, InlineArray<14, Bool>.self)
    var x = 0
    if hasManyRegisters {
      while x &+ 14 <= width {
        columns(fourteen, fourteen, rows, taps, stride, x, sink)
        x &+= 14
      }
      if x &+ 7 <= width {
        columns(fourteen, seven, rows, taps, stride, x, sink)
        x &+= 7
      }
    } else {
      while x &+ 7 <= width {
        columns(seven, seven, rows, taps, stride, x, sink)
        x &+= 7
      }
    }
    if x &+ 4 <= width {
      columns(InlineArray<8, Bool>.self, four, rows, taps, stride, x, sink)
      x &+= 4
    }
    if x &+ 2 <= width {
      columns(four, two, rows, taps, stride, x, sink)
      x &+= 2
    }
    if x < width { columns(one, one, rows, taps, stride, x, sink) }
  }

  /// Computes all pixels, for any number of taps a row and any stride: the plain version.
  func runAny(columns: Int, stride: Int, _ sink: some PixelSink) {
    for y in 0..<height {
      for x in 0..<width {
        for lane in Swift.stride(from: 0, to: vectorWidth, by: nativeWidth) {
          var sum = NativeVector.zero
          for ky in 0..<tapRows {
            let line =
              source + (y &* rowStride &+ ky &* tapRowStride &+ x &* stride &* vectorWidth &+ lane)
            let taps = filter + (ky &* filterRowStep &+ lane)
            for kx in 0..<columns {
              sum.addProduct(line.native(kx &* vectorWidth), taps.native(kx &* filterStep))
            }
          }
          (output + y &* outputRowStride).store(sum, x &* outputStep &+ lane)
          sink.take(InlineArray<1, Bool>.self, [sum], lane)
        }
      }
    }
  }
}

/// What a pass does with the pixels that it computes, besides storing them.
protocol PixelSink {
  /// Takes a native vector's channels from `lane` on of R pixels.
  func take<let R: Int>(
    _ pixels: InlineArray<R, Bool>.Type, _ values: InlineArray<R, NativeVector>, _ lane: Int)
}

/// Nothing.
struct NoSink: PixelSink {
  @inline(__always)
  func take<let R: Int>(
    _ pixels: InlineArray<R, Bool>.Type, _ values: InlineArray<R, NativeVector>, _ lane: Int
  ) {}
}

/// Adds deviations from a pivot, and their squares, to sums in memory; the taps need the registers.
struct PlaneMoments: PixelSink {
  /// `[16]`.
  let pivot: UnsafePointer<Float>
  /// `[2, 16]`.
  let sums: UnsafeMutablePointer<Float>

  @inline(__always)
  func take<let R: Int>(
    _ pixels: InlineArray<R, Bool>.Type, _ values: InlineArray<R, NativeVector>, _ lane: Int
  ) {
    // Two of each, so that additions do not all wait for each other.
    var (evenSum, oddSum) = (NativeVector.zero, NativeVector.zero)
    var (evenSquares, oddSquares) = (NativeVector.zero, NativeVector.zero)
    let pivot = pivot.native(lane)
    let sums = sums + lane
    unrolled(pixels) { r in
      let deviation = values[unchecked: r] - pivot
      if r & 1 == 0 {
        evenSum += deviation
        evenSquares.addProduct(deviation, deviation)
      } else {
        oddSum += deviation
        oddSquares.addProduct(deviation, deviation)
      }
    }
    sums.store(sums.native(0) + (evenSum + oddSum), 0)
    sums.store(sums.native(vectorWidth) + (evenSquares + oddSquares), vectorWidth)
  }
}
