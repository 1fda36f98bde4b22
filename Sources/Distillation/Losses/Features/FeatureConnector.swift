import FileFormats
import NeuralNetworks
import RandomStreams
import TensorKernels

/// What makes a feature of the student and one of the teacher comparable: both get the same height and width, and the
/// student's channels are mapped to the teacher's.
///
///     student [H, W, C] → resized [h, w, C] → · A + b → [h, w, C′]        teacher [H′, W′, C′] → resized [h, w, C′]
///
/// The larger map is pooled to the smaller, each axis by itself, or the smaller is interpolated to the larger. The map
/// of channels is a 1×1 convolution, of vectors a dense layer; it is trained with the student and dropped with the loss.
public struct FeatureConnector: Hashable, Sendable {
  /// How unlike heights and widths become the same.
  public enum Resizing: String, Hashable, Sendable, CaseIterable {
    /// The larger is averaged over areas.
    case pool
    /// The smaller is interpolated, bilinearly.
    case interpolate
  }

  /// When the student's channels are mapped to the teacher's.
  public enum ChannelMap: Hashable, Sendable {
    case always, whereUnlike, never
  }

  public let pair: FeaturePair
  /// The student's side of what is compared, of one image.
  public let shape: TensorShape
  /// The teacher's.
  public let teacherShape: TensorShape
  private let mapsChannels: Bool
  private let studentBlend: MapBlend?
  private let teacherBlend: MapBlend?

  /// - Parameter longestSide: Both are pooled until no side is longer.
  public init(
    _ pair: FeaturePair, resizing: Resizing = .pool, channels: ChannelMap = .always,
    longestSide: Int = .max
  ) {
    let (own, other) = (pair.studentShape, pair.teacherShape)
    func side(_ a: Int, _ b: Int) -> Int {
      min(resizing == .pool ? min(a, b) : max(a, b), longestSide)
    }
    let (height, width) = (side(own.height, other.height), side(own.width, other.width))
    func blend(_ shape: TensorShape) -> MapBlend? {
      shape.height == height && shape.width == width
        ? nil : MapBlend(height: shape.height, to: height, width: shape.width, to: width)
    }
    self.pair = pair
    mapsChannels =
      channels == .always || channels == .whereUnlike && own.channels != other.channels
    shape = TensorShape(
      height: height, width: width, channels: mapsChannels ? other.channels : own.channels)
    teacherShape = TensorShape(height: height, width: width, channels: other.channels)
    (studentBlend, teacherBlend) = (blend(own), blend(other))
  }

  /// A, `[C, C′]`, then b, `[C′]`; none where channels are not mapped.
  public var parameterFloats: Int {
    mapsChannels ? (pair.studentShape.channels + 1) * shape.channels : 0
  }

  /// Draws A evenly from ±1/√C; b starts at zero.
  func initialize(_ parameters: UnsafeMutablePointer<Float>, seed: UInt64, purpose: String) {
    guard mapsChannels else { return }
    var stream = RandomStream(seed: seed, purpose: purpose, pair.student)
    let channels = pair.studentShape.channels
    let bound = 1 / Double(channels).squareRoot()
    for i in 0..<channels * shape.channels {
      parameters[i] = Float(bound * (2 * stream.uniform() - 1))
    }
  }
}

extension FeatureConnector {
  /// What one slice takes.
  struct Memory {
    /// The student's feature with the new height and width, then its gradient.
    fileprivate let resized: UnsafeMutablePointer<Float>
    /// That with the teacher's channels.
    fileprivate let mapped: UnsafeMutablePointer<Float>
    fileprivate let target: UnsafeMutablePointer<Float>
    /// A's transpose.
    fileprivate let columns: UnsafeMutablePointer<Float>

    init(_ connector: FeatureConnector, images: Int, cursor: inout MemoryCursor) {
      let rows = images * connector.shape.positionCount
      let channels = connector.pair.studentShape.channels
      resized = cursor.take(connector.studentBlend == nil ? 0 : rows * channels)
      mapped = cursor.take(connector.mapsChannels ? rows * connector.shape.channels : 0)
      target = cursor.take(
        connector.teacherBlend == nil ? 0 : rows * connector.teacherShape.channels)
      columns = cursor.take(connector.mapsChannels ? channels * connector.shape.channels : 0)
    }
  }

  /// The two sides of a slice in the same height and width.
  struct Compared {
    /// The student's, `[images, h, w, C′]`, or `C` where channels are not mapped.
    let values: UnsafePointer<Float>
    /// The teacher's, `[images, h, w, C′]`.
    let target: UnsafePointer<Float>
    /// Where the loss writes the gradient of `values`. It may be the same memory, so what a loss still reads of a
    /// value it reads before.
    let gradient: UnsafeMutablePointer<Float>
  }

  /// Makes what `backward` reads of the parameters, `[parameterFloats]`.
  func prepare(_ parameters: UnsafePointer<Float>, memory: Memory) {
    guard mapsChannels else { return }
    transpose(
      parameters, into: memory.columns, rows: pair.studentShape.channels, columns: shape.channels)
  }

  /// Brings a slice's first feature and the teacher's first to the same shape.
  ///
  /// - Parameter parameters: `[parameterFloats]`
  func forward(
    _ slice: LossSlice, parameters: UnsafePointer<Float>, memory: Memory
  ) -> Compared {
    let (feature, channels) = (slice.features[0], pair.studentShape.channels)
    var (values, gradient) = (feature.values, feature.gradient)
    var target = slice.teacherFeatures[0]
    if let studentBlend {
      studentBlend.run(values, into: memory.resized, images: slice.count, channels: channels)
      (values, gradient) = (UnsafePointer(memory.resized), memory.resized)
    }
    if mapsChannels {
      matrixProduct(
        values, parameters, bias: parameters + channels * shape.channels, into: memory.mapped,
        m: slice.count * shape.positionCount, n: shape.channels, k: channels)
      (values, gradient) = (UnsafePointer(memory.mapped), memory.mapped)
    }
    if let teacherBlend {
      teacherBlend.run(
        target, into: memory.target, images: slice.count, channels: teacherShape.channels)
      target = UnsafePointer(memory.target)
    }
    return Compared(values: values, target: target, gradient: gradient)
  }

  /// Turns the gradient that the loss wrote into that of the student's feature, which is overwritten, and those of
  /// the parameters, which are added to.
  func backward(
    _ compared: Compared, _ slice: LossSlice, parameterGradients: UnsafeMutablePointer<Float>,
    memory: Memory
  ) {
    let (feature, channels) = (slice.features[0], pair.studentShape.channels)
    if mapsChannels {
      let (outputs, rows) = (shape.channels, slice.count * shape.positionCount)
      let gradient = UnsafePointer(compared.gradient)
      transposedProduct(
        studentBlend == nil ? feature.values : UnsafePointer(memory.resized), gradient,
        addingTo: parameterGradients, positions: rows, m: channels, n: outputs)
      addColumnSums(
        gradient, to: parameterGradients + channels * outputs, rows: rows, columns: outputs)
      matrixProduct(
        gradient, memory.columns,
        into: studentBlend == nil ? feature.gradient : memory.resized, m: rows, n: channels,
        k: outputs)
    }
    studentBlend?.runBackward(
      memory.resized, into: feature.gradient, images: slice.count, channels: channels)
  }
}

extension FeatureConnector.Resizing {
  /// The field of rules whose losses compare maps.
  static let key = "resize"

  /// Reads the field; maps are pooled where it is not there.
  init(_ members: JSONMembers) throws(JSONError) {
    self = try members[Self.key]?.choice(Self.self) ?? .pool
  }

  /// Part of a rule's identity; empty for what is usual.
  var identity: String { self == .pool ? "" : "resize=\(rawValue)" }
}
