import Foundation
import Glibc
import Settings
import Synchronization
import Work

/// Keeps as many worker processes as are wanted; one that ends is started again.
final class WorkerPool: Sendable {
  private let count: Int
  private let program: String
  private let arguments: [String]
  private let database: String?
  private let log: ServiceLog
  private let running = Mutex<(isWanted: Bool, processes: [Process])>((true, []))

  init(count: Int, program: String, data: String, settings: ServiceSettings, log: ServiceLog) {
    (self.count, self.program, self.log) = (count, program, log)
    database = settings.database
    arguments =
      [
        "worker", "--data", data, "--job-seconds", "\(settings.jobSeconds)", "--job-gibibytes",
        "\(settings.jobGibibytes)", "--attached",
      ] + (settings.assets.map { ["--assets", $0] } ?? [])
      + (settings.s3Endpoint.map { ["--s3-endpoint", $0] } ?? [])
  }

  /// Processes are started from a thread that stays: the system ends them with the thread.
  func start() {
    guard count > 0 else { return }
    Thread.detachNewThread { [self] in
      while running.withLock({ $0.isWanted }) {
        running.withLock { running in
          running.processes.removeAll(where: \.isOver)
          while running.isWanted && running.processes.count < count {
            guard let process = start() else { return }
            running.processes.append(process)
          }
        }
        usleep(200_000)
      }
      // Until they have ended by themselves: with this thread the system would end them at once.
      // (Foundation's own waiting turns in circles.)
      while running.withLock({ $0.processes.contains { !$0.isOver } }) { usleep(20_000) }
    }
  }

  private func start() -> Process? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    if let database {
      process.environment = ProcessInfo.processInfo.environment
        .merging([DataFolder.databaseVariable: database]) { $1 }
    }
    process.standardInput = FileHandle.nullDevice
    do {
      try process.run()
      log.write("worker-started", ["process": .integer(Int(process.processIdentifier))])
      return process
    } catch {
      log.write("worker-trouble", ["error": .string("\(error)")])
      return nil
    }
  }

  /// Asks them to end, and after a while makes them.
  func stop(patience: Duration = .seconds(8)) async {
    let processes = running.withLock { running in
      running.isWanted = false
      return running.processes
    }
    for process in processes { process.terminate() }
    let deadline = ContinuousClock.now + patience
    while processes.contains(where: { !$0.isOver }) && ContinuousClock.now < deadline {
      try? await Task.sleep(for: .milliseconds(20))
    }
    for process in processes where !process.isOver { kill(process.processIdentifier, SIGKILL) }
  }
}
