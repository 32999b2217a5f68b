import Foundation
public import Imaging
public import Work

/// Frames to video files, by FFmpeg as a program of its own that frames are piped to.
public struct VideoWriter {
  private let ffmpeg: ChildProcess

  /// Throws where FFmpeg is not installed.
  public init() throws { ffmpeg = try ChildProcess("ffmpeg", package: "ffmpeg") }

  /// Writes the same frames to one or more files, which appear when all are whole.
  ///
  /// - Parameters:
  ///   - outputs: of one run of the program.
  ///   - width: of every frame in pixels.
  ///   - alpha: whether frames are RGBA (straight) and not RGB; 8 bits, sRGB.
  ///   - frames: hands every frame to its argument.
  public func write(
    _ outputs: [VideoOutput], width: Int, height: Int, framesPerSecond: Int, alpha: Bool,
    _ work: WorkContext, frames: (_ add: @escaping (Image) throws -> Void) throws -> Void
  ) throws {
    let log = FileManager.default.temporaryDirectory.appendingPathComponent(
      "maquette-ffmpeg-\(UUID().uuidString).log")
    defer { try? FileManager.default.removeItem(at: log) }
    try staged(outputs[...], []) { paths in
      var arguments = ["-hide_banner", "-loglevel", "error", "-nostdin", "-y"]
      arguments += ["-f", "rawvideo", "-pix_fmt", alpha ? "rgba" : "rgb24"]
      arguments += ["-video_size", "\(width)x\(height)", "-framerate", "\(framesPerSecond)"]
      arguments += ["-color_range", "pc", "-i", "pipe:0"]
      for (output, path) in zip(outputs, paths) {
        // Encoders cut their work by threads, so their number shows in the bytes: it is the same everywhere.
        arguments += ["-map", "0:v", "-threads", "4"]
        arguments += output.arguments(
          alpha: alpha, framesPerSecond: framesPerSecond, temporary: path)
      }
      try ffmpeg.run(arguments, log: log, work) { write in
        try frames { frame in
          precondition(
            frame.width == width && frame.height == height && frame.channels == (alpha ? 4 : 3))
          try write(frame.bytes)
        }
      }
    }
  }

  /// Runs `body` with temporary paths, and renames what it wrote.
  private func staged(
    _ outputs: ArraySlice<VideoOutput>, _ paths: [String], _ body: ([String]) throws -> Void
  ) throws {
    guard let first = outputs.first else { return try body(paths) }
    let file = try StagedFile(path: first.path)
    try staged(outputs.dropFirst(), paths + [file.temporaryPath], body)
    try file.commit()
  }
}
