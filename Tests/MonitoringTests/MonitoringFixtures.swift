import RandomStreams

@testable import Monitoring

/// Images of four classes as a made-up student sees them: each class has a brightness and a place of its own in two
/// features, and the logits tell the classes apart, with errors.
struct MadeUpImages {
  var brightness = 0.0
  var noise = 0.0
  /// How often each class comes.
  var weights = [1.0, 1, 1, 1]
  /// The share of the images that the student agrees with its teacher about.
  var agreement = 0.9

  static let measures = Measure.all(height: 8, width: 8, channels: 1)

  func sample(_ count: Int, seed: UInt64) -> MonitoredSample {
    var stream = RandomStream(seed: seed, purpose: "made-up images")
    var (images, logits, features): ([ImageMeasures], [Float], [Float]) = ([], [], [])
    let total = weights.reduce(0, +)
    var agreeing = 0
    for _ in 0..<count {
      var (draw, label) = (stream.uniform() * total, 0)
      while label < 3 && draw >= weights[label] {
        draw -= weights[label]
        label += 1
      }
      let base = 0.3 + 0.1 * Double(label) + 0.05 * stream.normal() + brightness
      var pixels = [Float](repeating: 0, count: 64)
      for place in 0..<64 {
        pixels[place] = Float(base + (0.02 + noise) * stream.normal())
      }
      images.append(ImageMeasures(pixels, height: 8, width: 8, channels: 1))
      logits += (0..<4).map { Float(($0 == label ? 3 : 0) + stream.normal()) }
      features += [Float(base + 0.1 * stream.normal()), Float(Double(label) + stream.normal())]
      if stream.uniform() < agreement { agreeing += 1 }
    }
    var sample = MonitoredSample(
      images, measures: MadeUpImages.measures, logits: logits, classes: 4)
    let rows = MonitoredSample.featureImages(of: count)
    sample.features = .init(
      dimensions: 2, values: rows.flatMap { [features[2 * $0], features[2 * $0 + 1]] })
    sample.agreement = .init(agreeing, of: count)
    return sample
  }
}
