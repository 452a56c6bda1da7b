#pragma once
#include <unistd.h>
#include <sys/epoll.h>
