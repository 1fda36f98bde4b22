// Stands in for Foundation where there is none: the C library, and the two classes that a thread team waits with.

@_exported import CLibrary

/// A lock with a condition to wait for.
public final class NSCondition: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  public init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  public func lock() { pthread_mutex_lock(mutex) }

  public func unlock() { pthread_mutex_unlock(mutex) }

  public func wait() { pthread_cond_wait(condition, mutex) }

  public func broadcast() { pthread_cond_broadcast(condition) }
}

/// A count that threads wait for.
public final class DispatchSemaphore: @unchecked Sendable {
  private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  public init(value: Int) { sem_init(semaphore, 0, UInt32(value)) }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  public func wait() {
    // A signal may end the waiting early.
    while sem_wait(semaphore) != 0 {}
  }

  @discardableResult
  public func signal() -> Int {
    sem_post(semaphore)
    return 0
  }
}
