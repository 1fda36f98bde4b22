// Products with a right-hand operand in panels of 32 columns, so that a tile walks memory in order whatever
// the matrix's width, and in stretches of rows and depth that stay in the second-level cache.

/// Columns of a panel.
package var panelColumns: Int { wideTileColumns }

/// Floats of a `[k, n]` matrix in panels, `[⌈n / 32⌉, k, 32]`; the last panel is filled up with zeros.
package func panelFloats(k: Int, n: Int) -> Int {
  (n + panelColumns - 1) / panelColumns * panelColumns * k
}

/// Copies a matrix of any strides into panels.
package func packPanels(
  _ source: UnsafePointer<Float>, rowStride: Int, columnStride: Int, k: Int, n: Int,
  into panels: UnsafeMutablePointer<Float>
) {
  var column = 0
  var target = panels
  while column < n {
    let columns = min(panelColumns, n - column)
    let first = source + column * columnStride
    if columns < panelColumns { target.update(repeating: 0, count: k * panelColumns) }
    if columnStride == 1 {
      for row in 0..<k {
        (target + row * panelColumns).update(from: first + row * rowStride, count: columns)
      }
    } else {
      for c in 0..<columns {
        let line = first + c * columnStride
        for row in 0..<k { target[row &* panelColumns &+ c] = line[row &* rowStride] }
      }
    }
    target += k * panelColumns
    column += columns
  }
}

/// What follows a product while its rows are in cache: operation(value + addend).
package struct ProductFinish {
  /// Rows like the output's, or nil.
  package var addend: UnsafePointer<Float>?
  package var addendStride: Int
  package var operation: PointwiseOperation?

  package init(
    addend: UnsafePointer<Float>? = nil, addendStride: Int = 0,
    operation: PointwiseOperation? = nil
  ) {
    (self.addend, self.addendStride, self.operation) = (addend, addendStride, operation)
  }

  /// Finishes rows that begin at row `first` of the output.
  package func run(
    _ output: UnsafeMutablePointer<Float>, stride: Int, first: Int, rows: Int, columns: Int
  ) {
    guard addend != nil || operation != nil else { return }
    let start = output + first * stride
    if stride == columns && (addend == nil || addendStride == columns) {
      apply(
        operation, start, addend: addend.map { $0 + first * addendStride }, into: start,
        count: rows * columns)
      return
    }
    for row in 0..<rows {
      apply(
        operation, start + row * stride, addend: addend.map { $0 + (first + row) * addendStride },
        into: start + row * stride, count: columns)
    }
  }
}

/// Rows and depth that are worked on at once: 112 rows of 1,024 values fill half of a second-level cache.
private let blockRows = 112
private let blockDepth = 1024

/// Floats of scratch that `panelProduct` needs at most.
package let panelScratchFloats = blockRows * (blockDepth + vectorWidth) + readMargin

/// output = finish(left · right (+ bias)).
///
/// A value's sum runs in the order of k whatever m is, so a row does not depend on how many there are.
///
/// - Parameters:
///   - left: `[m, k]`, its rows `leftStride` floats apart.
///   - panels: What `packPanels` made of the right-hand operand, `[k, n]`.
///   - bias: `[n]` and a margin, or nil.
///   - output: `[m, n]`, its rows `outputStride` floats apart; overwritten.
package func panelProduct(
  _ left: UnsafePointer<Float>, leftStride: Int, panels: UnsafePointer<Float>,
  bias: UnsafePointer<Float>?, finish: ProductFinish = ProductFinish(),
  into output: UnsafeMutablePointer<Float>, outputStride: Int, m: Int, n: Int, k: Int,
  scratch: UnsafeMutablePointer<Float>
) {
  var block = 0
  while block < m {
    let rowsOfBlock = min(blockRows, m - block)
    var depthStart = 0
    repeat {
      let depth = min(blockDepth, k - depthStart)
      var source = left + block * leftStride + depthStart
      var stride = leftStride
      // Rows a multiple of 4 kB apart would all want the same few lines of the first-level cache.
      if leftStride % 512 == 0 && rowsOfBlock > 4 {
        stride = depth + vectorWidth
        for row in 0..<rowsOfBlock {
          (scratch + row * stride).update(from: source + row * leftStride, count: depth)
        }
        source = UnsafePointer(scratch)
      }
      var column = 0
      while column < n {
        let columns = min(panelColumns, n - column)
        let right = panels + column * k + depthStart * panelColumns
        let target = output + block * outputStride + column
        tiledProduct(
          rows: rowsOfBlock, columns: columns,
          RowOperands(
            left: source, leftRowStride: stride, leftSegmentStride: 0, right: right,
            rightRowStride: panelColumns, segments: 1, depth: depth),
          from: depthStart > 0
            ? TileStart(values: target, rowStride: outputStride)
            : .row(bias.map { $0 + column }),
          into: target, rowStride: outputStride)
        column += columns
      }
      depthStart += depth
    } while depthStart < k
    finish.run(output, stride: outputStride, first: block, rows: rowsOfBlock, columns: n)
    block += rowsOfBlock
  }
}
