// Convolutions with any rectangular window, stride and padding: of padded NHWC images, by register tiles.

/// The window of a convolution or pooling, and what it is moved over.
package struct WindowShape: Hashable, Sendable {
  /// Of the input image, without padding.
  package var height, width: Int
  package var outputHeight, outputWidth: Int
  package var kernelHeight, kernelWidth: Int
  package var strideY, strideX: Int
  package var dilationY, dilationX: Int
  /// Above and to the left of the image; what is needed below and to the right follows from the output.
  package var top, left: Int

  package init(
    height: Int, width: Int, outputHeight: Int, outputWidth: Int, kernelHeight: Int,
    kernelWidth: Int, strideY: Int, strideX: Int, dilationY: Int, dilationX: Int, top: Int,
    left: Int
  ) {
    (self.height, self.width) = (height, width)
    (self.outputHeight, self.outputWidth) = (outputHeight, outputWidth)
    (self.kernelHeight, self.kernelWidth) = (kernelHeight, kernelWidth)
    (self.strideY, self.strideX) = (strideY, strideX)
    (self.dilationY, self.dilationX) = (dilationY, dilationX)
    (self.top, self.left) = (top, left)
  }

  package var outputPositions: Int { outputHeight * outputWidth }
  package var taps: Int { kernelHeight * kernelWidth }
  /// What the windows reach over, which may be less than the image or more.
  package var paddedHeight: Int {
    (outputHeight - 1) * strideY + (kernelHeight - 1) * dilationY + 1
  }
  package var paddedWidth: Int { (outputWidth - 1) * strideX + (kernelWidth - 1) * dilationX + 1 }
  /// Whether every window lies within the image.
  package var needsNoPadding: Bool {
    top == 0 && left == 0 && paddedHeight <= height && paddedWidth <= width
  }
  /// Whether a window of one value goes from value to value.
  package var isPointwise: Bool {
    taps == 1 && strideY == 1 && strideX == 1 && needsNoPadding && outputHeight == height
      && outputWidth == width
  }
}

/// One image in any layout: where its values lie.
package struct ImageStrides: Hashable, Sendable {
  package var line, pixel, channel: Int
  package init(line: Int, pixel: Int, channel: Int) {
    (self.line, self.pixel, self.channel) = (line, pixel, channel)
  }
}

/// Copies what the windows reach over into a dense image, zeros where the image ends.
///
/// - Parameter output: `[paddedHeight, paddedWidth, channels]`; overwritten whole.
package func padImage(
  _ image: UnsafePointer<Float>, _ strides: ImageStrides, channels: Int, shape: WindowShape,
  into output: UnsafeMutablePointer<Float>
) {
  let rowFloats = shape.paddedWidth * channels
  let first = min(shape.left, shape.paddedWidth)
  let columns = max(0, min(shape.width, shape.paddedWidth - shape.left))
  for y in 0..<shape.paddedHeight {
    let row = output + y * rowFloats
    let sourceY = y - shape.top
    guard sourceY >= 0 && sourceY < shape.height && columns > 0 else {
      row.update(repeating: 0, count: rowFloats)
      continue
    }
    row.update(repeating: 0, count: first * channels)
    let target = row + first * channels
    let source = image + sourceY * strides.line
    if strides.channel == 1 && strides.pixel == channels {
      target.update(from: source, count: columns * channels)
    } else if strides.channel == 1 {
      for x in 0..<columns {
        (target + x * channels).update(from: source + x * strides.pixel, count: channels)
      }
    } else {
      for c in 0..<channels {
        let plane = source + c * strides.channel
        for x in 0..<columns { target[x &* channels &+ c] = plane[x &* strides.pixel] }
      }
    }
    (target + columns * channels).update(
      repeating: 0, count: (shape.paddedWidth - first - columns) * channels)
  }
}

/// Convolves images that have their padding, panel by panel, so that a panel is read once for all of them.
///
/// - Parameters:
///   - images: The first value under the first window of each.
///   - line, pixel: Floats from line to line and from pixel to pixel of an image; channels are dense.
///   - panels: The weights, `[kernelHeight, kernelWidth, channels, n]`, in panels.
///   - bias: `[n]` and a margin, or nil.
///   - outputs: The first value of each output.
///   - outputPixel: Floats from pixel to pixel of an output, whose lines are dense.
///
/// - Precondition: dilationX is 1 or kernelWidth is 1; with kernelWidth > 1, `pixel` is `channels`.
package func convolveWindows(
  count: Int, image: (Int) -> UnsafePointer<Float>, line: Int, pixel: Int, channels: Int,
  panels: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
  output: (Int) -> UnsafeMutablePointer<Float>, outputPixel: Int, n: Int, shape: WindowShape
) {
  let depth = shape.kernelWidth * channels
  let k = shape.kernelHeight * depth
  let (pixelStep, lineStep) = (shape.strideX * pixel, shape.strideY * line)
  var column = 0
  while column < n {
    let columns = min(panelColumns, n - column)
    // Of an image with short lines two go into one tile.
    let pairsLines = tileHoldsTwoLines(width: shape.outputWidth, columns: columns)
    let start = TileStart.row(bias.map { $0 + column })
    for index in 0..<count {
      let (source, result) = (image(index), output(index) + column)
      var y = 0
      while y < shape.outputHeight {
        let lines = pairsLines && y + 1 < shape.outputHeight ? 2 : 1
        var x = 0
        while x < shape.outputWidth {
          let rows =
            lines == 2
            ? 2 * shape.outputWidth : tileRows(remaining: shape.outputWidth - x, columns: columns)
          tile(
            rows: rows, columns: columns,
            RowOperands(
              left: source + y * lineStep + x * pixelStep, leftRowStride: pixelStep,
              leftSegmentStride: shape.dilationY * line,
              leftHalfStride: lines == 2 ? lineStep : nil, right: panels + column * k,
              rightRowStride: panelColumns, segments: shape.kernelHeight, depth: depth),
            from: start, into: result + (y * shape.outputWidth + x) * outputPixel,
            rowStride: outputPixel)
          x += rows
        }
        y += lines
      }
    }
    column += columns
  }
}

/// Copies the values under every window of a padded image into rows.
///
/// - Parameters:
///   - padded: `[paddedHeight, paddedWidth, channels]`.
///   - output: `[outputHeight · outputWidth, rowStride]`; the first `taps · channels` of a row are written.
package func gatherWindows(
  _ padded: UnsafePointer<Float>, channels: Int, shape: WindowShape,
  into output: UnsafeMutablePointer<Float>, rowStride: Int
) {
  let line = shape.paddedWidth * channels
  for y in 0..<shape.outputHeight {
    for x in 0..<shape.outputWidth {
      let row = output + (y * shape.outputWidth + x) * rowStride
      let corner = padded + y * shape.strideY * line + x * shape.strideX * channels
      for ky in 0..<shape.kernelHeight {
        let source = corner + ky * shape.dilationY * line
        let target = row + ky * shape.kernelWidth * channels
        if shape.dilationX == 1 {
          target.update(from: source, count: shape.kernelWidth * channels)
        } else {
          for kx in 0..<shape.kernelWidth {
            (target + kx * channels).update(
              from: source + kx * shape.dilationX * channels, count: channels)
          }
        }
      }
    }
  }
}

/// Convolves every channel of a padded image with its own filter.
///
/// - Parameters:
///   - padded: `[paddedHeight, paddedWidth, channels]`.
///   - filters: `[kernelHeight, kernelWidth, channels]` and a margin.
///   - bias: `[channels]` and a margin.
///   - output: `[outputHeight, outputWidth, channels]`; overwritten.
package func convolveChannels(
  _ padded: UnsafePointer<Float>, filters: UnsafePointer<Float>, bias: UnsafePointer<Float>,
  into output: UnsafeMutablePointer<Float>, channels: Int, shape: WindowShape
) {
  let line = shape.paddedWidth * channels
  for y in 0..<shape.outputHeight {
    for x in 0..<shape.outputWidth {
      let corner = padded + y * shape.strideY * line + x * shape.strideX * channels
      let target = output + (y * shape.outputWidth + x) * channels
      var c = 0
      while c < channels {
        var sum = bias.vector(c)
        var filter = filters + c
        for ky in 0..<shape.kernelHeight {
          var source = corner + (ky &* shape.dilationY &* line &+ c)
          for _ in 0..<shape.kernelWidth {
            sum.addProduct(source.vector(0), filter.vector(0))
            source += shape.dilationX &* channels
            filter += channels
          }
        }
        target.store(sum, c, limit: channels &- c)
        c &+= vectorWidth
      }
    }
  }
}
