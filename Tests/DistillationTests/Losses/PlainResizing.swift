import NeuralNetworks

@testable import Distillation

/// Changes the height and width of maps in double precision, straight from the definitions: an axis that shrinks is
/// first cut into pieces of which places of both sides are made, one that grows is interpolated.
func plainResized(
  _ values: [Double], _ shape: TensorShape, height: Int, width: Int
) -> [Double] {
  func resize(_ line: [Double], _ count: Int) -> [Double] {
    if count <= line.count {
      let pieces = line.flatMap { [Double](repeating: $0, count: count) }
      return (0..<count).map { place in
        pieces[place * line.count..<(place + 1) * line.count].reduce(0, +) / Double(line.count)
      }
    }
    return (0..<count).map { place in
      let middle = (Double(place) + 0.5) * Double(line.count) / Double(count) - 0.5
      return line.enumerated().reduce(0) { sum, entry in
        // Behind the outermost middles the outermost values go on.
        let bounded = min(max(middle, 0), Double(line.count - 1))
        return sum + entry.element * max(0, 1 - abs(bounded - Double(entry.offset)))
      }
    }
  }
  let (h, w, c) = (shape.height, shape.width, shape.channels)
  let images = values.count / shape.elementCount
  var output = [Double](repeating: 0, count: images * height * width * c)
  for image in 0..<images {
    for channel in 0..<c {
      let lines = (0..<h).map { y in
        resize((0..<w).map { values[((image * h + y) * w + $0) * c + channel] }, width)
      }
      for x in 0..<width {
        for (y, value) in resize(lines.map { $0[x] }, height).enumerated() {
          output[((image * height + y) * width + x) * c + channel] = value
        }
      }
    }
  }
  return output
}

extension FeaturePair {
  /// Features of such shapes, of whatever networks.
  init(_ student: TensorShape, _ teacher: TensorShape) {
    self.init(student: 3, studentShape: student, teacher: 5, teacherShape: teacher)
  }
}

/// A map of `height` × `width` positions.
func map(_ height: Int, _ width: Int, _ channels: Int) -> TensorShape {
  TensorShape(height: height, width: width, channels: channels)
}

/// The student's and the teacher's vectors or maps, drawn at random.
extension LossCase {
  init(
    _ loss: any TrainingLoss, _ pair: FeaturePair, images: Int, scale: Double = 1,
    studentScale: Double = 1
  ) {
    self.init(
      loss, images: images,
      features: [
        normalFloats(images * pair.studentShape.elementCount, "feature", scale: studentScale)
      ],
      teacherFeatures: [
        normalFloats(images * pair.teacherShape.elementCount, "teacher", scale: scale)
      ])
  }
}
