/// A build of TensorFlow Lite Micro, as far as it decides how much memory a model takes.
public struct MicroRuntime: Hashable, Sendable {
  /// The implementations of the operators.
  public enum Kernels: String, Hashable, Sendable, CaseIterable {
    /// The plain ones of TensorFlow Lite Micro.
    case reference
    /// CMSIS-NN on a core without the DSP extension: Cortex-M0, M0+, M3.
    case cmsisNN = "cmsis-nn"
    /// CMSIS-NN with the DSP extension: Cortex-M4, M7, M33.
    case cmsisNNDSP = "cmsis-nn-dsp"
    /// CMSIS-NN with Helium vectors: Cortex-M52, M55, M85.
    case cmsisNNHelium = "cmsis-nn-helium"
  }

  public var kernels: Kernels
  /// The bytes of a pointer: 4 on a microcontroller, 8 on a host.
  public var pointerBytes: Int
  /// Whether it was built with `USE_TFLM_COMPRESSION`, as the package of Python is.
  public var hasCompression: Bool
  /// Whether allocations are recorded, as the interpreter of Python does.
  public var recordsAllocations: Bool

  public init(
    _ kernels: Kernels, pointerBytes: Int = 4, hasCompression: Bool = false,
    recordsAllocations: Bool = false
  ) {
    precondition(pointerBytes == 4 || pointerBytes == 8, "pointers of \(pointerBytes) bytes")
    self.kernels = kernels
    self.pointerBytes = pointerBytes
    self.hasCompression = hasCompression
    self.recordsAllocations = recordsAllocations
  }
}
