import DeployedModels

/// What goes into a classifier and what comes out, as tools that show models read it.
///
/// It is TensorFlow Lite's own metadata, whose normalisation is (pixel − mean) / deviation.
///
/// Source: metadata_schema.fbs of tflite_support.
public struct ClassifierMetadata: Hashable, Sendable {
  public var name: String
  public var description: String
  /// For each channel, in the units of the pixels: from 0 to 255 for 8-bit images.
  public var mean: [Float]
  /// For each channel, in the units of the pixels.
  public var deviation: [Float]
  /// The classes in the order of the logits; empty if they have no names.
  public var classes: [String]

  public init(
    name: String, description: String, mean: [Float], deviation: [Float], classes: [String]
  ) {
    (self.name, self.description, self.classes) = (name, description, classes)
    (self.mean, self.deviation) = (mean, deviation)
  }

  /// The name of the part of a file that tools look for.
  public static let partName = "TFLITE_METADATA"

  /// The part's bytes, a FlatBuffer of its own.
  public var bytes: [UInt8] {
    var builder = FlatBufferBuilder()
    let normalization = builder.table([
      (0, .offset(builder.vector(mean))), (1, .offset(builder.vector(deviation))),
    ])
    let unit = builder.table([(0, .byte(1)), (1, .offset(normalization))])
    // Colour spaces: 1 is RGB, 2 grey.
    let image = builder.table([
      (0, .byte(mean.count == 3 ? 1 : mean.count == 1 ? 2 : 0))
    ])
    let imageContent = builder.table([(0, .byte(2)), (1, .offset(image))])
    let input = builder.table([
      (0, .offset(builder.text("image"))),
      (1, .offset(builder.text(Self.inputDescription))),
      (3, .offset(imageContent)),
      (4, .offset(builder.vector([unit]))),
    ])
    let features = builder.table([])
    let featureContent = builder.table([(0, .byte(1)), (1, .offset(features))])
    let output = builder.table([
      (0, .offset(builder.text("logits"))),
      (1, .offset(builder.text(outputDescription))),
      (3, .offset(featureContent)),
    ])
    let subgraph = builder.table([
      (2, .offset(builder.vector([input]))), (3, .offset(builder.vector([output]))),
    ])
    let root = builder.table([
      (0, .offset(builder.text(name))), (1, .offset(builder.text(description))),
      (3, .offset(builder.vector([subgraph]))),
    ])
    return builder.finished(root: root, identifier: "M001", alignment: 4)
  }

  private static let inputDescription =
    "rows, columns, channels; each is (pixel - mean) / deviation of its channel"

  private var outputDescription: String {
    classes.isEmpty ? "one logit a class" : "one logit a class: " + classes.joined(separator: ", ")
  }
}
