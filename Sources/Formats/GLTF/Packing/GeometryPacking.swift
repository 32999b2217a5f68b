/// How geometry is stored in a GLB.
public struct GeometryPacking: Sendable, Equatable {
  public enum Compression: Sendable, Equatable {
    /// Floats, as they are; every reader takes it.
    case none
    /// EXT_meshopt_compression over KHR_mesh_quantization: quick to decode, and deflates further.
    case meshopt
    /// KHR_draco_mesh_compression: smallest, slow to decode.
    case draco
  }

  public var compression: Compression
  /// Of the longest side of a shape's box.
  public var positionBits: Int
  /// Of one turn of the texture.
  public var coordinateBits: Int
  /// Of each of the two numbers that stand for a direction.
  public var normalBits: Int

  public init(
    compression: Compression, positionBits: Int = 14, coordinateBits: Int = 12, normalBits: Int = 8
  ) {
    (self.compression, self.positionBits) = (compression, positionBits)
    (self.coordinateBits, self.normalBits) = (coordinateBits, normalBits)
  }
}
