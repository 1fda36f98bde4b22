import Foundation

/// What is kept of some images and of what a student says of them: of the images that it was judged by, and of those
/// that it meets in use.
public struct MonitoredSample: Hashable, Sendable {
  /// The images.
  public var count: Int
  public var measures: [Measure]
  /// For each measure the values of all images, ascending.
  public var values: [[Float]]
  /// For each class the images that the student takes for it.
  public var predicted: [Int]
  /// What some of the images are before the student's last layer, `[rows, dimensions]`; nil where that is the image.
  public var features: Features?
  /// How often student and teacher agree; nil where the teacher was not asked.
  public var agreement: Share?
  /// How often the student is right; nil where labels are not known.
  public var accuracy: Share?

  public struct Features: Hashable, Sendable {
    public var dimensions: Int
    public var values: [Float]
    public var rows: Int { values.count / dimensions }

    public init(dimensions: Int, values: [Float]) {
      (self.dimensions, self.values) = (dimensions, values)
    }
  }

  /// How many of some images are of a kind.
  public struct Share: Hashable, Sendable {
    public var count: Int
    public var total: Int
    public var value: Double { Double(count) / Double(total) }

    public init(_ count: Int, of total: Int) { (self.count, self.total) = (count, total) }
  }

  /// The most images of which features are kept.
  public static let mostRows = 500

  /// Returns the images of which features are kept, spread evenly.
  public static func featureImages(of count: Int) -> [Int] {
    let rows = min(count, mostRows)
    return (0..<rows).map { $0 * count / rows }
  }

  public init(count: Int, measures: [Measure], values: [[Float]], predicted: [Int]) {
    precondition(measures.count == values.count, "values for each measure")
    (self.count, self.measures) = (count, measures)
    (self.values, self.predicted) = (values.map { $0.sorted() }, predicted)
  }
}

extension MonitoredSample {
  /// Takes together what was measured of images and what the student says of them.
  ///
  /// - Parameters:
  ///   - images: One for each image.
  ///   - logits: `[images, classes]`, finite. Confidences are probabilities at temperature 1.
  public init(_ images: [ImageMeasures], measures: [Measure], logits: [Float], classes: Int) {
    var predicted = [Int](repeating: 0, count: classes)
    var (confidences, margins): ([Float], [Float]) = ([], [])
    for image in images.indices {
      let answer = Answer(logits[image * classes..<(image + 1) * classes])
      predicted[answer.predicted] += 1
      confidences.append(answer.confidence)
      margins.append(answer.margin)
    }
    let values = measures.map { measure -> [Float] in
      switch measure {
      case .confidence: confidences
      case .margin: margins
      default: images.compactMap { $0.value(of: measure) }
      }
    }
    self.init(count: images.count, measures: measures, values: values, predicted: predicted)
  }

  /// Returns the class of each image with the largest logit, of equal ones the first.
  public static func classes(of logits: [Float], classes: Int) -> [Int] {
    stride(from: 0, to: logits.count, by: classes).map {
      Answer(logits[$0..<$0 + classes]).predicted
    }
  }
}

/// What a student says of one image.
private struct Answer {
  let predicted: Int
  let confidence: Float
  let margin: Float

  init(_ logits: ArraySlice<Float>) {
    var (best, next) = (logits.startIndex, -Float.infinity)
    for place in logits.indices.dropFirst() {
      if logits[place] > logits[best] {
        next = logits[best]
        best = place
      } else {
        next = max(next, logits[place])
      }
    }
    let largest = Double(logits[best])
    let sum = logits.reduce(0) { $0 + exp(Double($1) - largest) }
    predicted = best - logits.startIndex
    confidence = Float(1 / sum)
    margin = Float((1 - exp(Double(next) - largest)) / sum)
  }
}
