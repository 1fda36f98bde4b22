/// Changes the height and width of maps: each position of the output is a weighted sum of positions of the input.
///
/// An axis that shrinks takes the mean over the stretch that a place covers; one that grows is interpolated linearly
/// between the middles of places, so that both together are average pooling or bilinear interpolation.
package struct MapBlend: Hashable, Sendable {
  private let height: AxisBlend.Taps
  private let width: AxisBlend.Taps
  private let inputHeight: Int
  private let inputWidth: Int

  package init(
    height inputHeight: Int, to outputHeight: Int, width inputWidth: Int, to outputWidth: Int
  ) {
    (self.inputHeight, self.inputWidth) = (inputHeight, inputWidth)
    height = AxisBlend.Taps(resizing: inputHeight, to: outputHeight)
    width = AxisBlend.Taps(resizing: inputWidth, to: outputWidth)
  }

  /// Blends maps of `channels` values a position.
  ///
  /// - Parameters:
  ///   - input: `[images, inputHeight, inputWidth, channels]`
  ///   - output: `[images, outputHeight, outputWidth, channels]`; overwritten.
  package func run(
    _ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, images: Int,
    channels: Int
  ) {
    forEachPosition(images: images) { image, position, rows, columns in
      let target = output + position * channels
      let source = input + image * inputHeight * inputWidth * channels
      var channel = 0
      while channel < channels {
        var sum = Vector.zero
        for row in rows {
          let line = source + height.places[row] * inputWidth * channels + channel
          for column in columns {
            let weight = height.weights[row] * width.weights[column]
            sum.addProduct(
              Vector(repeating: weight), line.vector(width.places[column] * channels))
          }
        }
        target.store(sum, channel, limit: channels - channel)
        channel += vectorWidth
      }
    }
  }

  /// Gives the gradient of the input from that of the output.
  ///
  /// - Parameters:
  ///   - outputGradient: `[images, outputHeight, outputWidth, channels]`
  ///   - inputGradient: `[images, inputHeight, inputWidth, channels]`; overwritten.
  package func runBackward(
    _ outputGradient: UnsafePointer<Float>, into inputGradient: UnsafeMutablePointer<Float>,
    images: Int, channels: Int
  ) {
    let perImage = inputHeight * inputWidth * channels
    inputGradient.update(repeating: 0, count: images * perImage)
    forEachPosition(images: images) { image, position, rows, columns in
      let source = outputGradient + position * channels
      let target = inputGradient + image * perImage
      for row in rows {
        let line = target + height.places[row] * inputWidth * channels
        for column in columns {
          let weight = Vector(repeating: height.weights[row] * width.weights[column])
          let place = line + width.places[column] * channels
          var channel = 0
          while channel < channels {
            let sum = place.vector(channel) + weight * source.vector(channel)
            place.store(sum, channel, limit: channels - channel)
            channel += vectorWidth
          }
        }
      }
    }
  }

  /// Calls `body` with an image, the output's position among those of all images, and the taps of both axes.
  @inline(__always)
  private func forEachPosition(
    images: Int, _ body: (_ image: Int, _ position: Int, _ rows: Range<Int>, Range<Int>) -> Void
  ) {
    var position = 0
    for image in 0..<images {
      for y in 0..<height.count {
        let rows = height.starts[y]..<height.starts[y + 1]
        for x in 0..<width.count {
          body(image, position, rows, width.starts[x]..<width.starts[x + 1])
          position += 1
        }
      }
    }
  }
}

extension AxisBlend.Taps {
  /// The mean over what a place of a shorter axis covers, or a linear interpolation between the middles of places.
  package init(resizing length: Int, to count: Int) {
    self.init(starts: [0], places: [], weights: [])
    for place in 0..<count {
      if count <= length {
        // In units of 1/count of a place of the input: this one covers [place·length, (place + 1)·length).
        let (start, end) = (place * length, (place + 1) * length)
        for covered in start / count...(end - 1) / count {
          let overlap = min(end, (covered + 1) * count) - max(start, covered * count)
          places.append(covered)
          weights.append(Float(overlap) / Float(length))
        }
      } else {
        let middle = (Double(place) + 0.5) * Double(length) / Double(count) - 0.5
        let bounded = min(max(middle, 0), Double(length - 1))
        let low = Int(bounded)
        let share = Float(bounded - Double(low))
        places.append(low)
        weights.append(1 - share)
        if share > 0 {
          places.append(low + 1)
          weights.append(share)
        }
      }
      starts.append(places.count)
    }
  }
}
