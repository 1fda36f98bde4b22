import Foundation
import NeuralNetworks
import SearchSpaces
import Testing

/// MLPerf Tiny's reference networks as workloads: reference designs of the shipped spaces.
enum MLPerfTiny: CaseIterable {
  case autoencoder
  case resNet8
  case dsCNN
  case mobileNet

  var workload: InferenceWorkload {
    get throws {
      let (file, reference) =
        switch self {
        case .autoencoder: ("autoencoder", "autoencoder")
        case .resNet8: ("resnet", "resnet-8-16")
        case .dsCNN: ("ds-cnn", "ds-cnn")
        case .mobileNet: ("mobilenet", "mobilenet-v1-0.25")
        }
      let path = Shipped.folder.deletingLastPathComponent()
        .appending(path: "SearchSpaces/mlperf-tiny-\(file).json").path()
      let space = try SearchSpace(contentsOf: path)
      let design = try #require(space.reference(named: reference))
      return InferenceWorkload(
        try space.network(
          for: design.architecture, input: space.images.shape, classes: space.images.classes))
    }
  }
}
