import DeployedModels
import TFLiteFiles

/// One dense layer of int8.
enum DenseModel {
  static let file = TFLiteFile(
    DeployedModel(
      tensors: [
        DeployedTensor(
          name: "input", shape: [1, 2], type: .int8,
          quantization: TensorQuantization(scale: 0.5, zeroPoint: 3)),
        DeployedTensor(
          name: "weight", shape: [3, 2], values: .int8([1, 2, 3, 4, 5, 6]),
          quantization: TensorQuantization(scale: 0.25, zeroPoint: 0)),
        DeployedTensor(
          name: "bias", shape: [3], values: .int32([1, 2, 3]),
          quantization: TensorQuantization(scale: 0.125, zeroPoint: 0)),
        DeployedTensor(
          name: "logits", shape: [1, 3], type: .int8,
          quantization: TensorQuantization(scale: 1, zeroPoint: 0)),
      ],
      operators: [DeployedOperator(.fullyConnected, inputs: [0, 1, 2], output: 3)], input: 0,
      output: 3))
}
