import DeployedModels
import Distillation
import FileFormats
import NeuralNetworks
import ONNXInference
import Quantization

/// An exported file, read back as what classifies images.
struct ExportedClassifier {
  let classifier: any ImageClassifier
  /// The sizes of one image in the order that the file has.
  let imageShape: [Int]
  /// Whether it computes what the student does, but for the order of sums. A file that other runtimes execute in
  /// int8 rounds otherwise.
  let hasStudentsArithmetic: Bool

  /// A model of a device's operators: floats by plain loops, integers by the int8 engine, which has the device's bits.
  ///
  /// - Throws: `FileFormatError` if it is not of the precision that was exported; `DeploymentError` for what the
  ///   engine does not run.
  init(_ model: DeployedModel, of student: ExportedStudent, path: String) throws {
    guard model.precision == student.precision else {
      throw FileFormatError.malformed(
        path: path, location: "tensors", found: model.precision.rawValue,
        expected: "a model in \(student.precision.rawValue)")
    }
    classifier =
      student.precision == .int8 ? try IntegerClassifier(model) : DeployedClassifier(model)
    imageShape = Array(model.tensors[model.input].shape.dropFirst())
    hasStudentsArithmetic = true
  }

  /// A graph of ONNX, run by the executor of teachers: in int8 what quantises and dequantises is computed as it stands
  /// in the graph, in floats.
  ///
  /// - Throws: `FileFormatError` or `ONNXInferenceError` if it cannot be run.
  init(onnx path: String, of student: ExportedStudent) throws {
    let graph = try ONNXClassifier(contentsOf: path)
    (classifier, imageShape) = (GraphClassifier(graph: graph), graph.inputShape)
    hasStudentsArithmetic = student.precision == .fp32
  }

  /// Weights, in the network that the student has.
  ///
  /// - Throws: `FileFormatError` if they are not those of the network.
  init(weights path: String, of student: ExportedStudent) throws {
    let network = student.model.network
    classifier = try TrainedModel(network, contentsOf: path)
    let shape = network.inputShape
    imageShape = [shape.height, shape.width, shape.channels]
    hasStudentsArithmetic = true
  }
}

/// A deployed model of floats as what classifies images.
private struct DeployedClassifier: ImageClassifier {
  let model: DeployedModel
  let classes: Int
  let contentHash = ""

  init(_ model: DeployedModel) {
    self.model = model
    classes = model.tensors[model.output].elementCount
  }

  func session(capacity: Int) -> any ClassifierSession { Session(model) }

  private final class Session: ClassifierSession {
    private var interpreter: FloatInterpreter
    init(_ model: DeployedModel) { interpreter = FloatInterpreter(model) }

    func answer(
      _ images: UnsafePointer<Float>, count: Int, into logits: UnsafeMutablePointer<Float>
    ) {
      let model = interpreter.model
      let (size, classes) = (
        model.tensors[model.input].elementCount, model.tensors[model.output].elementCount
      )
      for image in 0..<count {
        interpreter.run(Array(UnsafeBufferPointer(start: images + image * size, count: size)))
        (logits + image * classes).update(from: interpreter.output, count: classes)
      }
    }
  }
}

/// A graph that takes images as students do, and gives logits.
private struct GraphClassifier: ImageClassifier {
  let graph: ONNXClassifier
  let contentHash = ""
  var classes: Int { graph.classes }

  func session(capacity: Int) -> any ClassifierSession { Session(graph, capacity) }

  private final class Session: ClassifierSession {
    private let plan: ONNXPlan
    private let classes: Int

    init(_ graph: ONNXClassifier, _ capacity: Int) {
      plan = graph.plan(capacity: capacity, layout: .channelsLast)
      classes = graph.classes
    }

    func answer(
      _ images: UnsafePointer<Float>, count: Int, into logits: UnsafeMutablePointer<Float>
    ) {
      logits.update(from: plan.run(images, images: count), count: count * classes)
    }
  }
}
