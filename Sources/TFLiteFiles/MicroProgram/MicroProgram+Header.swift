import DeployedModels

extension MicroProgram {
  /// The array's declaration and the bytes of the arena.
  var header: String {
    """
    #ifndef AUTODISTILL_STUDENT_H
    #define AUTODISTILL_STUDENT_H

    #include <stdint.h>

    /* The bytes of the arena, at the least: on 64-bit hosts, and on devices with pointers of 32 bits\(kernelNote). */
    #if UINTPTR_MAX > 0xFFFFFFFFu
    #define STUDENT_ARENA_BYTES \(hostArenaBytes)
    #else
    #define STUDENT_ARENA_BYTES \(arenaBytes)
    #endif

    /* What goes in: an image's rows, columns and channels (\(sides)), in this order in memory. */
    #define STUDENT_INPUT_COUNT \(input.elementCount)
    #define STUDENT_CHANNELS \(input.shape.last ?? 1)
    /* What comes out: a number for each class, the largest for the class that the image most likely is of. */
    #define STUDENT_CLASSES \(output.elementCount)

    #ifdef __cplusplus
    extern "C" {
    #endif
    /* A model for TensorFlow Lite, aligned to 16 bytes, and its length. */
    extern const unsigned char student[];
    extern const unsigned int student_size;
    \(classDeclaration)\(pixelDeclarations)#ifdef __cplusplus
    }
    #endif
    \(conversion)
    #endif

    """
  }

  var input: DeployedTensor { file.model.tensors[file.model.input] }
  var output: DeployedTensor { file.model.tensors[file.model.output] }
  private var sides: String {
    input.shape.dropFirst().map(String.init).joined(separator: " x ")
  }

  private var classDeclaration: String {
    classNames.isEmpty
      ? ""
      : """
      /* The names of the classes, in the order of the outputs, in UTF-8. */
      extern const char *const student_class_names[\(classNames.count)];

      """
  }

  private var pixelDeclarations: String {
    switch pixels {
    case .table(let channels):
      """
      /* What goes in for a pixel from 0 to 255, by channel: see student_input. */
      extern const int8_t student_input_numbers[\(channels.count)][256];

      """
    case .formula(let mean, let deviation, _):
      """
      /* The mean and the standard deviation of the training images' pixels, by channel. */
      extern const float student_pixel_mean[\(mean.count)];
      extern const float student_pixel_deviation[\(deviation.count)];

      """
    }
  }

  /// The function that turns a pixel into what goes in.
  private var conversion: String {
    let stored = pixels.storedPixels
    let range = stored == .bytes ? "a pixel from 0 to 255" : "a pixel as the data set has it"
    let standardized =
      "(pixel - student_pixel_mean[channel]) / student_pixel_deviation[channel]"
    let start =
      "static inline \(input.type.cType) student_input(\(stored.cType) pixel, int channel) {"
    switch (pixels, input.quantization) {
    case (.table, _):
      return """

        /* What goes in for \(range): (pixel - mean) / deviation, in steps of the input's scale. */
        \(start)
          return student_input_numbers[channel][pixel];
        }

        """
    case (.formula, nil):
      return """

        /* What goes in for \(range): (pixel - mean) / deviation. */
        \(start)
          return \(standardized);
        }

        """
    case (.formula, let quantization?):
      return """

        /* What goes in for \(range): (pixel - mean) / deviation, in steps of the input's scale. */
        \(start)
          float steps = \(standardized) / \(cLiteral(quantization.scale));
          if (!(steps > -512.0f)) steps = -512.0f;
          if (steps > 512.0f) steps = 512.0f;
          int integer = (int)(steps < 0.0f ? steps - 0.5f : steps + 0.5f) + \(quantization.zeroPoint);
          return (int8_t)(integer < -128 ? -128 : integer > 127 ? 127 : integer);
        }

        """
    }
  }

  /// Which kernels the arena is for, and what others would take.
  private var kernelNote: String {
    guard !kernels.isEmpty else { return "" }
    return
      " and\n       the kernels \(kernels.map(\.rawValue).joined(separator: ", ")); with any kernels "
      + "\(anyArenaBytes)"
  }
}
