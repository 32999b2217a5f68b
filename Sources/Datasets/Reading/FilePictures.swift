import Archives
import Imaging

/// Pictures that are files.
struct FilePictures: PictureStore {
  let files: SetFiles

  private func bytes(_ source: PictureSource) throws -> (name: String, bytes: [UInt8]) {
    guard case .file(let name) = source else { return ("", []) }
    return (name, try files.read(name))
  }

  func image(_ source: PictureSource) throws -> Image {
    let (name, bytes) = try bytes(source)
    do {
      return try ImageFile.decode(bytes).image
    } catch {
      throw ReadingError("the picture cannot be read: \(error.message)", name)
    }
  }

  func digest(_ source: PictureSource) throws -> String {
    Digest.sha256(of: try bytes(source).bytes)
  }

  func numbers(_ source: PictureSource) throws -> PictureNumbers {
    let (name, bytes) = try bytes(source)
    if bytes.starts(with: [0x93, 0x4E, 0x55, 0x4D]) { return try NumPyArray(bytes, name).picture }
    if bytes.starts(with: [0x50, 0x4B]) {
      let archive = try ArchiveReader(bytes)
      guard let first = archive.names.first,
        let array = try archive.read([first], byteLimit: 1 << 31)[first]
      else { throw ReadingError("the archive of arrays is empty", name) }
      return try NumPyArray(array, name).picture
    }
    if bytes.starts(with: [0x76, 0x2F, 0x31, 0x01]) { return try exr(bytes, name) }
    let picture = try image(source)
    if picture.bitsPerSample == 8 {
      return PictureNumbers(
        channels: picture.channels, values: picture.bytes.map { Float($0) }, isWhole: true)
    }
    let codes = (0..<picture.bytes.count / 2).map {
      Float(UInt16(picture.bytes[2 * $0]) | UInt16(picture.bytes[2 * $0 + 1]) << 8)
    }
    return PictureNumbers(
      channels: picture.channels, values: codes, isWhole: true, largest: 65_535)
  }

  /// The channel of depth, or the three of normals or base color.
  private func exr(_ bytes: [UInt8], _ name: String) throws -> PictureNumbers {
    let channels: [String: [Float]]
    do {
      channels = try EXRFile.decode(bytes).channels
    } catch {
      throw ReadingError("the picture cannot be read: \(error.message)", name)
    }
    for names in [
      ["N.X", "N.Y", "N.Z"], ["cameraN.X", "cameraN.Y", "cameraN.Z"],
      ["albedo.R", "albedo.G", "albedo.B"],
    ] {
      let three = names.compactMap { channels[$0] }
      guard three.count == 3 else { continue }
      return PictureNumbers(
        channels: 3,
        values: three[0].indices.flatMap { [three[0][$0], three[1][$0], three[2][$0]] },
        isWhole: false)
    }
    if channels["Z"] == nil, let r = channels["R"], let g = channels["G"], let b = channels["B"] {
      return PictureNumbers(
        channels: 3, values: r.indices.flatMap { [r[$0], g[$0], b[$0]] }, isWhole: false)
    }
    guard
      let one = ["Z", "V", "Y", "R"].compactMap({ channels[$0] }).first
        ?? channels.min(by: { $0.key < $1.key })?.value
    else { throw ReadingError("the picture has no channel", name) }
    return PictureNumbers(channels: 1, values: one, isWhole: false)
  }
}
