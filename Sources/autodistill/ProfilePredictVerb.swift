import DeployedModels
import Foundation
import HardwareProfiles
import ModelExchange
import NeuralNetworks
import SearchSpaces
import TFLiteFiles

/// `autodistill profile predict`
struct ProfilePredictVerb: Verb {
  static let name = "profile predict"
  static let summary = "prices one network layer by layer"
  static let operands = ["PROFILE", "[MODEL]"]
  static let options = ["--space", "--key"] + ImagesOption.options
  static let flags = ["--json"]
  static let help = """
    USAGE: autodistill profile predict PROFILE MODEL.onnx|MODEL.tflite [--json]
           autodistill profile predict PROFILE --space FILE --key KEY [--json]

    Says what one inference costs on the profile's device: each kernel as the runtime executes it, what
    the network takes besides its kernels, latency with its standard error, energy and memory; where the
    profile says the runtime's rules, its arena, flash, and the operators that it lacks. Operators
    of an ONNX file that cannot be priced are named, and the exit status is then 3. A TensorFlow Lite file is
    priced operator by operator, as it is fused; where its numbers are not those that the profile was
    measured with (int8, fp32), that is said.

    --space FILE, --key KEY       an architecture of a search space
    --image HxWxC, --classes N    what it looks at (default: what the space says)
    --json                        one JSON object
    """

  private let profilePath: String
  private let model: String?
  private let architecture: (space: String, key: String)?
  private let images: ImagesOption
  private let asJSON: Bool

  init(_ arguments: Arguments) throws {
    profilePath = arguments.operands[0]
    model = arguments.operands.count > 1 ? arguments.operands[1] : nil
    switch (model, arguments.value("--space"), arguments.value("--key")) {
    case (nil, let space?, let key?): architecture = (space, key)
    case (.some, nil, nil): architecture = nil
    default:
      throw UsageError(
        "profile predict needs either a model's file or --space and --key", ProfilePredictVerb.self)
    }
    images = try ImagesOption(arguments)
    if model != nil, let option = ImagesOption.options.first(where: { arguments.value($0) != nil })
    {
      throw UsageError("\(option) goes together with --space: a model's file says what it looks at")
    }
    asJSON = arguments.has("--json")
  }

  func run() throws -> ExitStatus {
    let profile = try HardwareProfile(contentsOf: profilePath)
    var unsupported: [UnsupportedNode] = []
    let workload: InferenceWorkload
    var precision: Precision?
    var deployed: DeployedModel?
    if let architecture {
      let space = try SearchSpace(contentsOf: architecture.space)
      let images = images.images(of: space)
      workload = try space.workload(
        of: space.architecture(key: architecture.key), input: images.shape,
        classes: images.classes)
    } else if let model, model.hasSuffix(".tflite") {
      let file = try TFLiteFile.read(model).model
      (workload, precision) = (file.workload, file.precision)
      deployed = file
    } else {
      let network = try ONNXNetwork(contentsOf: model ?? "")
      workload = InferenceWorkload(kernels: network.kernels, costs: network.costs)
      unsupported = network.unsupported
    }
    let output = PredictionOutput(
      profile: profile, estimate: profile.predict(workload, deployed: deployed),
      costs: workload.costs,
      unsupported: unsupported, precision: precision)
    Terminal.print(asJSON ? try output.json() : output.text)
    return unsupported.isEmpty ? .success : .badInput
  }
}
