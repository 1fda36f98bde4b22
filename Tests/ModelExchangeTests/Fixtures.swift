import FileFormats
import ModelExchange
import NetworkFixtures

extension RandomModel {
  var onnx: ONNXModel {
    ONNXModel(
      network, parameters: parameters, statistics: statistics, metadata: ["classes": "10"])
  }
}
