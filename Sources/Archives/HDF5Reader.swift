import CHDF5
import Glibc
import Work

/// An HDF5 file that is read slice by slice.
@safe public final class HDF5Reader {
  /// A dataset of numbers.
  public struct Dataset: Sendable, Equatable {
    public let path: String
    public let shape: [Int]
    public let element: HDF5Element
  }

  private let file: hid_t
  private let shownPath: String
  /// All datasets of numbers.
  public let datasets: [Dataset]

  /// Throws where the file is none.
  public init(path: String) throws(ArchiveError) {
    shownPath = path
    file = unsafe maquette_h5_open(path)
    guard file >= 0 else {
      datasets = []
      throw Self.failure("it is no HDF5 file, or a damaged one", path)
    }
    datasets = Self.list(file)
  }

  deinit { if file >= 0 { _ = H5Fclose(file) } }

  private static func list(_ file: hid_t) -> [Dataset] {
    var length = 0
    guard let text = unsafe maquette_h5_datasets(file, &length) else { return [] }
    defer { unsafe free(text) }
    let bytes = unsafe UnsafeRawBufferPointer(start: text, count: length)
    let paths = unsafe String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(
      String.init)
    return paths.compactMap { path in
      let dataset = unsafe H5Dopen2(file, path, hid_t(H5P_DEFAULT))
      guard dataset >= 0 else { return nil }
      defer { H5Dclose(dataset) }
      let (type, space) = (H5Dget_type(dataset), H5Dget_space(dataset))
      defer {
        H5Tclose(type)
        H5Sclose(space)
      }
      guard let element = HDF5Element(rawValue: Int(maquette_h5_kind(type))) else { return nil }
      var sizes = [hsize_t](repeating: 0, count: Int(max(0, H5Sget_simple_extent_ndims(space))))
      _ = unsafe H5Sget_simple_extent_dims(space, &sizes, nil)
      // Sizes that no picture has are those of a damaged or a hostile file.
      let shape = sizes.compactMap { Int(exactly: $0) }
      var slice = 1
      for size in shape.dropFirst() {
        let (product, overflow) = slice.multipliedReportingOverflow(by: size)
        // As many numbers as the largest picture read here has.
        if overflow || product > 4 << 27 { return nil }
        slice = product
      }
      guard !shape.isEmpty, shape.count == sizes.count, slice > 0, shape[0] < 1 << 40 else {
        return nil
      }
      return Dataset(path: path, shape: shape, element: element)
    }
  }

  /// One index of the first dimension as bytes, clipped where the file holds more.
  public func bytes(_ dataset: Dataset, at index: Int) throws(ArchiveError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: dataset.shape.dropFirst().reduce(1, *))
    let status = unsafe bytes.withUnsafeMutableBytes {
      unsafe read(dataset, index, .uint8, $0.baseAddress!)
    }
    guard status else { throw Self.failure("\(dataset.path)[\(index)] cannot be read", shownPath) }
    return bytes
  }

  /// One index of the first dimension as numbers.
  public func numbers(_ dataset: Dataset, at index: Int) throws(ArchiveError) -> [Double] {
    var numbers = [Double](repeating: 0, count: dataset.shape.dropFirst().reduce(1, *))
    let status = unsafe numbers.withUnsafeMutableBytes {
      unsafe read(dataset, index, .float64, $0.baseAddress!)
    }
    guard status else { throw Self.failure("\(dataset.path)[\(index)] cannot be read", shownPath) }
    return numbers
  }

  private func read(
    _ dataset: Dataset, _ index: Int, _ element: HDF5Element, _ room: UnsafeMutableRawPointer
  ) -> Bool {
    let handle = unsafe H5Dopen2(file, dataset.path, hid_t(H5P_DEFAULT))
    guard handle >= 0 else { return false }
    guard index < dataset.shape[0] else {
      H5Dclose(handle)
      return false
    }
    let space = H5Dget_space(handle)
    var count = dataset.shape.map { hsize_t($0) }
    count[0] = 1
    var start = [hsize_t](repeating: 0, count: count.count)
    start[0] = hsize_t(index)
    let memory = unsafe H5Screate_simple(Int32(count.count), count, nil)
    defer {
      H5Sclose(memory)
      H5Sclose(space)
      H5Dclose(handle)
    }
    guard unsafe H5Sselect_hyperslab(space, H5S_SELECT_SET, start, nil, count, nil) >= 0 else {
      return false
    }
    return unsafe H5Dread(
      handle, maquette_h5_type(Int32(element.rawValue)), memory, space, hid_t(H5P_DEFAULT), room)
      >= 0
  }

  /// Numbers that stand beside a group or dataset; nil where there are none.
  public func attribute(_ path: String, _ name: String) -> [Double]? {
    let object = unsafe H5Oopen(file, path, hid_t(H5P_DEFAULT))
    guard object >= 0 else { return nil }
    defer { H5Oclose(object) }
    guard unsafe H5Aexists(object, name) > 0 else { return nil }
    let attribute = unsafe H5Aopen(object, name, hid_t(H5P_DEFAULT))
    let (type, space) = (H5Aget_type(attribute), H5Aget_space(attribute))
    defer {
      H5Sclose(space)
      H5Tclose(type)
      H5Aclose(attribute)
    }
    let count = H5Sget_simple_extent_npoints(space)
    guard maquette_h5_kind(type) >= 0, count > 0, count <= 1 << 20 else { return nil }
    var numbers = [Double](repeating: 0, count: Int(count))
    return unsafe H5Aread(attribute, maquette_h5_type(3), &numbers) >= 0 ? numbers : nil
  }

  /// A text that stands beside a group or dataset; nil where there is none.
  public func text(_ path: String, _ name: String) -> String? {
    guard let text = unsafe maquette_h5_text(file, path, name) else { return nil }
    defer { unsafe free(text) }
    return unsafe String(cString: text)
  }

  private static func failure(_ message: String, _ path: String) -> ArchiveError {
    ArchiveError("bad-hdf5", message, at: path, kind: .unreadableInput)
  }
}
