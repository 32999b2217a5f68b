/// Image files in memory: recognised by their first bytes, whatever their name says.
public enum ImageFile {
  /// The largest picture that is decoded, in pixels; a bigger header is refused before memory is taken.
  public static let pixelLimit = 1 << 27

  public enum Format: String, Sendable, CaseIterable {
    case png, jpeg, webp, ktx2, hdr
    public var mediaType: String { self == .hdr ? "image/vnd.radiance" : "image/\(rawValue)" }
    public var fileExtension: String { self == .jpeg ? "jpg" : rawValue }
  }

  /// The format that the first bytes show, or nil.
  public static func format(of file: [UInt8]) -> Format? {
    if file.starts(with: PNG.signature) { return .png }
    if file.starts(with: JPEG.signature) { return .jpeg }
    if RadianceHDR.signatures.contains(where: { file.starts(with: $0) }) { return .hdr }
    if file.starts(with: Array("RIFF".utf8)) && file.dropFirst(8).starts(with: Array("WEBP".utf8)) {
      return .webp
    }
    if file.starts(with: [0xAB, 0x4B, 0x54, 0x58, 0x20, 0x32, 0x30, 0xBB]) { return .ktx2 }
    return nil
  }

  /// Decodes PNG, JPEG or WebP. The warning tells of damage that left a usable picture.
  ///
  /// - Parameter upright: turns a JPEG as its camera noted (EXIF), which textures of models must not be.
  public static func decode(_ file: [UInt8], upright: Bool = false) throws(ImagingError) -> (
    image: Image, warning: String?
  ) {
    switch format(of: file) {
    case .png: return (try PNG.decode(file), nil)
    case .jpeg:
      let (image, warning) = try JPEG.decode(file)
      return (upright ? image.upright(Orientation(jpeg: file)) : image, warning)
    case .webp: return (try WebP.decode(file), nil)
    case let other?:
      throw ImagingError(
        "unsupported-image", "\(other.rawValue) pictures are not read here; PNG, JPEG and WebP are")
    case nil:
      throw ImagingError(
        "unknown-image", "the bytes are no picture known here; PNG, JPEG and WebP are")
    }
  }

  /// Decodes a Radiance `.hdr` picture of linear light.
  public static func decodeRadiance(_ file: [UInt8]) throws(ImagingError) -> RadianceImage {
    guard format(of: file) == .hdr else {
      throw ImagingError("unknown-image", "the file is not a Radiance .hdr picture")
    }
    return try RadianceHDR.decode(file)
  }

  public static func encodePNG(_ image: Image) throws(ImagingError) -> [UInt8] {
    try PNG.encode(image)
  }

  /// A PNG of one bit a pixel, from 8-bit grey.
  public static func encodeBitPNG(_ image: Image) throws(ImagingError) -> [UInt8] {
    try PNG.encodeBits(image)
  }

  /// - Parameter quality: 1 to 100.
  public static func encodeJPEG(_ image: Image, quality: Int = 90) throws(ImagingError) -> [UInt8] {
    try JPEG.encode(image, quality: quality)
  }

  /// - Parameter quality: 1 to 100; nil to keep every pixel as it is.
  public static func encodeWebP(_ image: Image, quality: Int?) throws(ImagingError) -> [UInt8] {
    try WebP.encode(image, quality: quality)
  }

  static func checkSize(width: Int, height: Int) throws(ImagingError) {
    let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
    guard width > 0, height > 0 else {
      throw ImagingError("bad-image-size", "the picture is \(width) x \(height) pixels")
    }
    if overflow || pixels > pixelLimit {
      throw ImagingError(
        "image-too-large",
        "\(width) x \(height) pixels are over the limit of \(pixelLimit / 1_000_000) million")
    }
  }
}
