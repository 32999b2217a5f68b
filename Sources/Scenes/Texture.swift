public import Imaging

/// An image as its file holds it; decoded by whoever needs pixels.
public struct ImageSource: Sendable, Hashable {
  public var name: String
  /// `image/png`, `image/jpeg` or `image/webp`, by content.
  public var mediaType: String
  /// The encoded file, or empty where it could not be had; `problem` then says why.
  public var bytes: [UInt8]
  /// Why there is no picture, for a warning; nil where there is one.
  public var problem: String?

  public init(name: String, mediaType: String, bytes: [UInt8], problem: String? = nil) {
    (self.name, self.mediaType) = (name, mediaType)
    (self.bytes, self.problem) = (bytes, problem)
  }

  /// The pixels, and what is wrong with the file where that left a usable picture.
  public func decoded() throws(ImagingError) -> (image: Image, warning: String?) {
    try ImageFile.decode(bytes)
  }
}

/// An image with the way it is sampled.
public struct Texture: Sendable, Equatable {
  public enum Wrap: Sendable, Equatable { case `repeat`, clamp, mirror }

  /// Which of the scene's images; nil where none can be read.
  public var image: Int?
  public var wrapU = Wrap.repeat
  public var wrapV = Wrap.repeat
  /// False asks for nearest sampling.
  public var isSmooth = true

  public init(image: Int?) { self.image = image }
}
