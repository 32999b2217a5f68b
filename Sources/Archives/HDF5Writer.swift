import CHDF5
import CISAL

/// What a dataset of an HDF5 file holds.
public enum HDF5Element: Int, Sendable {
  case uint8, uint16, float32, float64, int64

  /// Bytes.
  public var size: Int {
    switch self {
    case .uint8: 1
    case .uint16: 2
    case .float32: 4
    case .float64, .int64: 8
    }
  }
}

/// A value beside the data.
public enum HDF5Attribute: Sendable, Equatable {
  case text(String)
  case number(Double)
  case numbers([Double])
}

/// An HDF5 file that is written once. The same content gives the same bytes.
///
/// Chunks come in compressed: the library is one lock, so compressing is done outside of it, on all threads.
@safe public struct HDF5Writer: ~Copyable {
  private var file: hid_t
  private let shownPath: String

  /// Opens `path` for writing and empties it.
  public init(path: String, shownAs name: String? = nil) throws(ArchiveError) {
    shownPath = name ?? path
    file = unsafe maquette_h5_create(path)
    if file < 0 { throw Self.failure("the file cannot be made", shownPath) }
  }

  deinit { if file >= 0 { _ = H5Fclose(file) } }

  /// One chunk as it is stored: the bytes of each place of all elements together where they are numbers of
  /// several bytes, then deflated.
  public static func chunk(
    _ bytes: [UInt8], of element: HDF5Element
  ) throws(ArchiveError) -> [UInt8] {
    let plain = element.size == 1 ? bytes : shuffled(bytes, element.size)
    let room = plain.count + plain.count / 1000 + 1024
    let packed = unsafe [UInt8](unsafeUninitializedCapacity: room) { output, count in
      count = unsafe plain.withUnsafeBufferPointer { input in
        unsafe maquette_deflate(
          input.baseAddress, UInt32(input.count), output.baseAddress, UInt32(room), 1)
      }
    }
    guard !packed.isEmpty else {
      throw ArchiveError("hdf5-deflate", "there is not enough memory to compress a view", at: "")
    }
    return packed
  }

  /// HDF5's shuffle filter: first bytes of all elements, then second bytes, and so on.
  private static func shuffled(_ bytes: [UInt8], _ size: Int) -> [UInt8] {
    let count = bytes.count / size
    return unsafe [UInt8](unsafeUninitializedCapacity: bytes.count) { output, length in
      unsafe bytes.withUnsafeBufferPointer { input in
        for byte in 0..<size {
          for index in 0..<count {
            unsafe output[byte * count + index] = input[index * size + byte]
          }
        }
      }
      length = bytes.count
    }
  }

  /// Copies all of another file into a group.
  public func copy(from path: String, to group: String) throws(ArchiveError) {
    let other = unsafe maquette_h5_open(path)
    guard other >= 0 else { throw Self.failure("\(path) cannot be read back", shownPath) }
    defer { H5Fclose(other) }
    if let slash = group.lastIndex(of: "/") {
      let parent = String(group[..<slash])
      if unsafe H5Lexists(file, parent, hid_t(H5P_DEFAULT)) <= 0 { try addGroup(parent) }
    }
    guard unsafe H5Ocopy(other, "/", file, group, hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT)) >= 0
    else { throw Self.failure("the group \(group) is not written", shownPath) }
  }

  /// Makes a group, and those above it.
  public func addGroup(_ path: String) throws(ArchiveError) {
    let group = unsafe maquette_h5_group(file, path)
    guard group >= 0 else { throw Self.failure("the group \(path) cannot be made", shownPath) }
    H5Gclose(group)
  }

  /// Makes a dataset whose chunks are one index of the first dimension each, and hands a function to the
  /// closure that stores such a chunk, as `chunk` makes it.
  public func addChunked(
    _ path: String, _ element: HDF5Element, shape: [Int],
    _ body: (_ store: (_ index: Int, _ chunk: [UInt8]) throws(ArchiveError) -> Void) throws -> Void
  ) throws {
    let dataset = try make(path, element, shape, isChunked: true)
    defer { H5Dclose(dataset) }
    let shownPath = shownPath
    try body { index, bytes throws(ArchiveError) in
      var start = [hsize_t](repeating: 0, count: shape.count)
      start[0] = hsize_t(index)
      let status = unsafe bytes.withUnsafeBytes { buffer in
        unsafe H5Dwrite_chunk(
          dataset, hid_t(H5P_DEFAULT), 0, start, buffer.count, buffer.baseAddress)
      }
      guard status >= 0 else {
        throw Self.failure("chunk \(index) of \(path) is not written", shownPath)
      }
    }
  }

  /// Writes a small dataset whole; `bytes` are its elements.
  public func add(
    _ path: String, _ element: HDF5Element, shape: [Int], _ bytes: [UInt8]
  ) throws(ArchiveError) {
    precondition(bytes.count == shape.reduce(element.size, *), "the bytes do not fill \(path)")
    let dataset = try make(path, element, shape, isChunked: false)
    defer { H5Dclose(dataset) }
    if bytes.isEmpty { return }
    let status = unsafe bytes.withUnsafeBytes { buffer in
      unsafe H5Dwrite(
        dataset, maquette_h5_type(Int32(element.rawValue)), hid_t(H5S_ALL), hid_t(H5S_ALL),
        hid_t(H5P_DEFAULT), buffer.baseAddress)
    }
    guard status >= 0 else { throw Self.failure("\(path) is not written", shownPath) }
  }

  private func make(
    _ path: String, _ element: HDF5Element, _ shape: [Int], isChunked: Bool
  ) throws(ArchiveError) -> hid_t {
    let sizes = shape.map { hsize_t($0) }
    let chunk = [1] + sizes.dropFirst()
    let space = unsafe H5Screate_simple(Int32(shape.count), sizes, nil)
    let list =
      unsafe isChunked
      ? maquette_h5_layout(Int32(shape.count), chunk, element.size > 1 ? 1 : 0)
      : maquette_h5_layout(0, nil, 0)
    defer {
      H5Sclose(space)
      H5Pclose(list)
    }
    let dataset = unsafe H5Dcreate2(
      file, path, maquette_h5_type(Int32(element.rawValue)), space, hid_t(H5P_DEFAULT), list,
      hid_t(H5P_DEFAULT))
    guard dataset >= 0 else { throw Self.failure("\(path) cannot be made", shownPath) }
    return dataset
  }

  /// Says something of a group or dataset; `/` is the file.
  public func set(
    _ path: String, _ name: String, _ value: HDF5Attribute
  ) throws(ArchiveError) {
    let object = unsafe H5Oopen(file, path, hid_t(H5P_DEFAULT))
    defer { H5Oclose(object) }
    let status: herr_t
    switch value {
    case .text(let text):
      let type = maquette_h5_text_type()
      defer { H5Tclose(type) }
      status = unsafe text.withCString { characters in
        unsafe withUnsafePointer(to: characters) { unsafe write(object, name, type, [], $0) }
      }
    case .number(let number):
      status = unsafe withUnsafePointer(to: number) {
        unsafe write(object, name, maquette_h5_type(3), [], $0)
      }
    case .numbers(let numbers):
      status = unsafe numbers.withUnsafeBytes {
        unsafe write(object, name, maquette_h5_type(3), [hsize_t(numbers.count)], $0.baseAddress!)
      }
    }
    guard status >= 0 else { throw Self.failure("attribute \(name) is not written", shownPath) }
  }

  private func write(
    _ object: hid_t, _ name: String, _ type: hid_t, _ shape: [hsize_t], _ value: UnsafeRawPointer
  ) -> herr_t {
    let space =
      unsafe shape.isEmpty
      ? H5Screate(H5S_SCALAR) : H5Screate_simple(Int32(shape.count), shape, nil)
    defer { H5Sclose(space) }
    let attribute = unsafe H5Acreate2(
      object, name, type, space, hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT))
    defer { H5Aclose(attribute) }
    return unsafe H5Awrite(attribute, type, value)
  }

  /// Writes what is left and closes the file.
  public mutating func finish() throws(ArchiveError) {
    let isWritten = H5Fflush(file, H5F_SCOPE_GLOBAL) >= 0
    let isClosed = H5Fclose(file) >= 0
    file = -1
    guard isWritten, isClosed else {
      throw Self.failure("the file is not written whole", shownPath)
    }
  }

  private static func failure(_ message: String, _ path: String) -> ArchiveError {
    ArchiveError("hdf5-write", "\(message): the disk is full, or cannot be written", at: path)
  }
}
