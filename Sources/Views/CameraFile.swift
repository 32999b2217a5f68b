import Foundation
import LinearMath
import Settings
import Work

/// Cameras that somebody else has placed.
struct CameraFile {
  let cameras: [Camera]
  /// What each is for, `train`, `val` or `test`, where the file tells.
  let splits: [String?]
  /// What of the file is not followed.
  let warnings: [String]

  /// The cameras of a `transforms.json`: `transform_matrix` of each frame, and its lens where the file tells one.
  ///
  /// - Parameter pixels: width and height of the views, where the file does not tell them.
  init(_ path: String, pixels: Int) throws(CameraFileError) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw CameraFileError("the cameras cannot be read", path)
    }
    let json: JSONValue
    do {
      json = try JSONValue(parsing: data)
    } catch {
      throw CameraFileError("the cameras are not JSON: \(error.reason)", path)
    }
    guard let frames = json["frames"]?.array, !frames.isEmpty else {
      throw CameraFileError("there is no list \"frames\" with cameras in it", path)
    }
    var cameras: [Camera] = []
    var bent: Set<String> = []
    for (index, frame) in frames.enumerated() {
      let rows = (frame["transform_matrix"]?.array ?? []).compactMap { row in
        row.array?.compactMap(\.double)
      }
      guard rows.count >= 3, rows.allSatisfy({ $0.count == 4 && $0.allSatisfy(\.isFinite) }) else {
        throw CameraFileError("frame \(index) has no transform_matrix of 4 x 4 numbers", path)
      }
      let matrix = Matrix4(
        columnMajor: (0..<4).flatMap { column in
          (0..<3).map { rows[$0][column] } + [column == 3 ? 1 : 0]
        })
      let turn = matrix.linear
      guard abs(turn.determinant - 1) < 1e-3,
        (turn.transposed * turn).rows.enumerated().allSatisfy({ place, row in
          row.enumerated().allSatisfy { abs($1 - ($0 == place ? 1 : 0)) < 1e-3 }
        })
      else {
        throw CameraFileError("the transform_matrix of frame \(index) is no rotation", path)
      }
      guard let lens = Self.lens(frame, json, pixels) else {
        throw CameraFileError("frame \(index) tells neither fl_x nor camera_angle_x", path)
      }
      bent.formUnion(
        ["k1", "k2", "k3", "k4", "p1", "p2"].filter {
          (frame[$0]?.double ?? json[$0]?.double ?? 0) != 0
        })
      cameras.append(
        Camera(
          worldFromCamera: Conventions.worldFromCamera(transformMatrix: matrix), intrinsics: lens))
    }
    guard
      cameras.allSatisfy({
        $0.intrinsics.width == cameras[0].intrinsics.width
          && $0.intrinsics.height == cameras[0].intrinsics.height
      })
    else { throw CameraFileError("its pictures differ in size; a set has one size", path) }
    self.cameras = cameras
    splits = frames.map { Self.split($0, json) }
    warnings =
      bent.isEmpty
      ? []
      : [
        "\(path) has lenses that bend pictures (\(bent.sorted().joined(separator: ", "))); views are drawn straight, with the same focal lengths"
      ]
  }

  private static func split(_ frame: JSONValue, _ file: JSONValue) -> String? {
    if let split = frame["split"]?.string { return split }
    guard let path = frame["file_path"] else { return nil }
    return ["train", "val", "test"].first {
      file[$0 + "_filenames"]?.array?.contains(path) == true
    }
  }

  private static func lens(_ frame: JSONValue, _ file: JSONValue, _ pixels: Int) -> Intrinsics? {
    func number(_ key: String) -> Double? { frame[key]?.double ?? file[key]?.double }
    let width = number("w").flatMap { Int(exactly: $0) } ?? pixels
    let height = number("h").flatMap { Int(exactly: $0) } ?? width
    guard (16...8192).contains(width), (16...8192).contains(height) else { return nil }
    let angle = number("camera_angle_x")
    guard
      let focal = number("fl_x") ?? angle.map({ Double(width) / 2 / tan($0 / 2) }), focal > 0,
      focal.isFinite, case let other = number("fl_y") ?? focal, other > 0, other.isFinite
    else { return nil }
    return Intrinsics(
      width: width, height: height, focalX: focal, focalY: other,
      centerX: number("cx") ?? Double(width) / 2, centerY: number("cy") ?? Double(height) / 2)
  }
}

/// Why cameras cannot be taken from a file.
struct CameraFileError: ExplainedError, Equatable {
  let message: String
  let place: String
  var code: String { "bad-cameras" }
  var kind: FailureKind { .unreadableInput }

  init(_ message: String, _ place: String) { (self.message, self.place) = (message, place) }
}
